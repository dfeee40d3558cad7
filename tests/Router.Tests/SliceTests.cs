using System.Globalization;
using Canario.Contract;
using static Canario.Router.Tests.MirrorScene;

namespace Canario.Router.Tests;

/// <summary>Pairs of answers by the slice that the shadow's server tells of the request.</summary>
public sealed class SliceTests
{
    [Theory]
    [InlineData("island", "Dream", "island=Dream")]
    [InlineData("a=b", "grün & \"x\"", "a=b=grün & \"x\"")]
    public void A_slice_is_told_as_it_is_named(string feature, string category, string expected)
    {
        string told = Slices.Encode(feature, category)!;
        Assert.All(told, c => Assert.InRange(c, '!', '~'));
        Assert.True(Slices.TryDecode(told, out string? slice));
        Assert.Equal(expected, slice);
    }

    [Theory]
    [InlineData("")]
    [InlineData("island")]
    [InlineData("=Dream")]
    [InlineData("island=")]
    public void What_names_no_slice_is_none(string text) => Assert.False(Slices.TryDecode(text, out _));

    [Fact]
    public void Slices_of_long_names_are_not_told()
    {
        Assert.Null(Slices.Encode("island", new string('x', 250)));
        Assert.False(Slices.TryDecode("island=" + new string('x', 250), out _));
    }

    [Fact]
    public async Task Answers_are_compared_by_slice_too()
    {
        int copied = 0;
        await using var stable = Answering(Adelie);
        await using var shadow = new RawServer(async (c, _) =>
        {
            while ((await c.ReadMessageAsync()).Length > 0)
            {
                await c.SendAsync((Interlocked.Increment(ref copied) % 5) switch
                {
                    1 => Told(Json(Adelie), "island=Dream"),
                    2 => Told(Json(Gentoo), "island=Dream"),
                    3 => Told(Json(Adelie), "island=Biscoe"),
                    4 => Told("HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", "island=Biscoe"),
                    _ => Json(Adelie),
                });
            }
        });
        await using var scene = await MirrorScene.StartAsync(stable, shadow);
        await PredictAsync(scene, 10);

        Assert.Equal((2, 2, 0), await ReadAsync(scene, "island=Dream"));
        Assert.Equal((2, 0, 2), await ReadAsync(scene, "island=Biscoe"));
        await scene.AssertPairsAsync(ShadowOutcomes.Agreed, 6);
        Assert.Equal(4, await scene.ReadAsync(Of(MetricNames.ShadowSliceNumbers, "island=Dream")));
        Assert.Equal(1, await scene.ReadAsync(Of(MetricNames.ShadowSliceDifference, "island=Dream")));
        Assert.Equal(0.5, await scene.ReadAsync(Of(MetricNames.ShadowSliceLargestDifference, "island=Dream")));
        Assert.Equal(0, await scene.ReadAsync(Of(MetricNames.ShadowSliceDifference, "island=Biscoe")));

        await scene.Router.SplitAsync(100, c => c with { Backends = [c.Backends[0]] });
        Assert.DoesNotContain("slice=", await scene.Router.Admin.GetStringAsync("/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_names_ever_more_slices_gets_a_bounded_number_of_series()
    {
        int copied = 0;
        await using var stable = Answering(Adelie);
        await using var shadow = new RawServer(async (c, _) =>
        {
            while ((await c.ReadMessageAsync()).Length > 0) await c.SendAsync(Told(Json(Adelie), string.Create(CultureInfo.InvariantCulture, $"user={Interlocked.Increment(ref copied)}")));
        });
        await using var scene = await MirrorScene.StartAsync(stable, shadow);
        await PredictAsync(scene, 40);

        string page = await scene.Router.Admin.GetStringAsync("/metrics");
        Assert.Equal(17, page.Split('\n').Count(l => l.StartsWith(MetricNames.ShadowSliceNumbers + "{", StringComparison.Ordinal)));
        Assert.Equal((24, 0, 0), await ReadAsync(scene, Bins.Other));
    }

    private static async Task PredictAsync(MirrorScene scene, int times)
    {
        for (int i = 1; i <= times; i++)
        {
            await scene.PredictAsync();
            await Wait.ForAsync(async () => await scene.PairsAsync() == i, $"{i} pairs");
        }
    }

    private static async Task<(double Agreed, double Disagreed, double Failed)> ReadAsync(MirrorScene scene, string slice) =>
        (await PairsAsync(scene, slice, ShadowOutcomes.Agreed), await PairsAsync(scene, slice, ShadowOutcomes.Disagreed), await PairsAsync(scene, slice, ShadowOutcomes.CandidateFailed));

    private static Task<double> PairsAsync(MirrorScene scene, string slice, string outcome) =>
        scene.ReadAsync($"{MetricNames.ShadowSlicePairs}{{model_namespace=\"ns\",model=\"m\",revision=\"m-candidate\",stable=\"m-stable\",slice=\"{slice}\",outcome=\"{outcome}\"}}");

    private static string Of(string metric, string slice) => $"{metric}{{model_namespace=\"ns\",model=\"m\",revision=\"m-candidate\",stable=\"m-stable\",slice=\"{slice}\"}}";

    private static string Told(string answer, string slice) => answer.Replace("\r\nContent-Length", $"\r\nX-Canario-Slice: {slice}\r\nContent-Length", StringComparison.Ordinal);
}
