using System.Collections.Concurrent;
using System.Net;
using Canario.Contract;
using Canario.Router.Mirroring;
using static Canario.Router.Tests.MirrorScene;

namespace Canario.Router.Tests;

/// <summary>What copies may cost, and what is not copied: no user feels any of it.</summary>
public sealed class MirrorBoundsTests
{
    [Fact]
    public async Task A_shadow_that_hangs_costs_users_nothing_and_no_more_copies_than_the_bound()
    {
        await using var stable = Answering(Adelie);
        await using var shadow = new RawServer(async (c, _) =>
        {
            await c.ReadMessageAsync();
            await c.WaitForEndAsync();
        });
        await using var scene = await MirrorScene.StartAsync(stable, shadow, o => o with { MaxInFlight = 8 }, c => c with { TimeoutMilliseconds = 5_000 });
        long before = TimeProvider.System.GetTimestamp();
        for (int i = 0; i < 200; i++) await scene.PredictAsync();
        // Had each waited for its copy, it would be five minutes.
        Assert.InRange(TimeProvider.System.GetElapsedTime(before), TimeSpan.Zero, TimeSpan.FromSeconds(20));
        await scene.AssertDroppedAsync(DropReasons.InFlight, least: 150);
        // What hung has failed when its time is over, and makes room.
        await Wait.ForAsync(async () => await scene.ReadAsync(Pairs(ShadowOutcomes.CandidateFailed)) >= 8, "eight failures");
        await scene.Router.AssertCountAsync(200, "m-stable", 200);
    }

    [Fact]
    public async Task The_user_has_the_answer_before_the_copy_is_sent()
    {
        var seen = new BlockingCollection<string>();
        var may = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var stable = new RawServer(async (c, _) =>
        {
            await c.ReadMessageAsync();
            await may.Task;
            await c.SendAsync(Json(Adelie));
        });
        await using var shadow = Answering(Adelie, seen);
        await using var scene = await MirrorScene.StartAsync(stable, shadow);
        await scene.Client.SendAsync("POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}");
        Assert.False(seen.TryTake(out _, TimeSpan.FromMilliseconds(200)));
        may.SetResult();
        await scene.Client.ReadMessageAsync();
        Take(seen);
    }

    [Fact]
    public async Task A_shadow_that_cannot_be_reached_fails_in_the_pairs_and_for_no_user()
    {
        await using var stable = Answering(Adelie);
        await using var scene = await MirrorScene.StartAsync(stable, null);
        await scene.Router.Source.SetEndpointsAsync("candidate", RawServer.DeadPort());
        for (int i = 0; i < 5; i++) await scene.PredictAsync();
        await scene.AssertPairsAsync(ShadowOutcomes.CandidateFailed, 5);
        await scene.Router.AssertCountAsync(5, "m-stable", 200);
        await scene.Router.AssertCountAsync(0, "m-candidate", 502);
    }

    [Fact]
    public async Task A_shadow_without_a_ready_pod_is_not_blamed()
    {
        await using var scene = await MirrorScene.StartAsync();
        await scene.PredictAsync();
        await scene.AssertPairsAsync(ShadowOutcomes.Agreed, 1);
        await scene.Router.Source.SetEndpointsAsync("candidate");
        await scene.PredictAsync();
        await scene.AssertDroppedAsync(DropReasons.NotSent, least: 1);
        Assert.Equal(1, await scene.PairsAsync());
    }

    [Fact]
    public async Task A_connection_that_the_shadow_closed_costs_no_pair()
    {
        await using var stable = Answering(Adelie);
        await using var shadow = new RawServer(async (c, _) =>
        {
            await c.ReadMessageAsync();
            await c.SendAsync(Json(Adelie));
        });
        await using var scene = await MirrorScene.StartAsync(stable, shadow);
        for (int i = 0; i < 30; i++) await scene.PredictAsync();
        await scene.AssertPairsAsync(ShadowOutcomes.Agreed, 30);
    }

    [Theory]
    [InlineData("GET /predict", "", null)]
    [InlineData("POST /feedback", "", null)]
    [InlineData("POST /v2/models/m/versions/m-stable/infer", "", null)]
    [InlineData("POST /predict", "Content-Type: application/x-ndjson\r\n", DropReasons.Stream)]
    [InlineData("POST /predict", "Content-Length: 2000000\r\n", DropReasons.BodyTooLarge)]
    public async Task What_is_no_inference_of_a_moment_is_not_copied(string line, string field, string? reason)
    {
        int length = field.StartsWith("Content-Length", StringComparison.Ordinal) ? 2_000_000 : 2;
        await using var scene = await MirrorScene.StartAsync();
        await scene.Client.SendAsync($"{line} HTTP/1.1\r\nHost: a\r\n{field}{(length == 2 ? "Content-Length: 2\r\n" : "")}\r\n{new string('x', length)}");
        await scene.Client.ReadMessageAsync();
        // The next is copied, so the one before would have been by now.
        await scene.PredictAsync();
        await scene.AssertPairsAsync(ShadowOutcomes.Agreed, 1);
        Assert.Equal(1, await scene.PairsAsync());
        if (reason is not null) await scene.AssertDroppedAsync(reason, least: 1);
    }

    [Fact]
    public async Task A_chunked_body_beyond_the_bound_reaches_the_model_and_not_the_shadow()
    {
        await using var stable = Answering(Adelie, wants: 40_000);
        await using var shadow = Answering(Adelie);
        await using var scene = await MirrorScene.StartAsync(stable, shadow, o => o with { MaxBodyBytes = 30_000 });
        await scene.Client.SendAsync($"POST /predict HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n9c40\r\n{new string('x', 40_000)}\r\n0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", await scene.Client.ReadMessageAsync(), StringComparison.Ordinal);
        await scene.AssertDroppedAsync(DropReasons.BodyTooLarge, least: 1);
        Assert.Equal(0, shadow.Connections);
    }

    [Fact]
    public async Task Memory_for_copies_is_bounded_and_given_back()
    {
        await using var scene = await MirrorScene.StartAsync(bounds: o => o with { MaxBytes = 6_000 });
        await scene.Client.SendAsync($"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\n{new string('x', 9000)}");
        await scene.Client.ReadMessageAsync();
        await scene.AssertDroppedAsync(DropReasons.Memory, least: 1);
        // Small ones fit, one at a time and for ever: none keeps its memory.
        for (int i = 1; i <= 20; i++)
        {
            await scene.PredictAsync();
            await scene.AssertPairsAsync(ShadowOutcomes.Agreed, i);
        }
    }

    [Fact]
    public async Task Http2_is_served_as_ever_and_counted_as_not_copied()
    {
        await using var stable = Answering(Adelie);
        await using var shadow = Answering(Adelie);
        await using var scene = await MirrorScene.StartAsync(stable, shadow);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{scene.Router.Port + 1}/predict") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var response = await client.SendAsync(request);
        await scene.AssertDroppedAsync(DropReasons.Http2, least: 1);
        Assert.Equal(0, shadow.Connections);
    }
}
