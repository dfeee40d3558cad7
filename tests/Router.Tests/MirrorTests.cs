using System.Collections.Concurrent;
using System.Globalization;
using Canario.Contract;
using static Canario.Router.Tests.MirrorScene;

namespace Canario.Router.Tests;

/// <summary>Copies of users' requests for a revision on trial: whole, and their answers compared.</summary>
public sealed class MirrorTests
{
    [Fact]
    public async Task The_shadow_gets_the_same_request_with_a_header_that_says_so()
    {
        var seen = new BlockingCollection<string>();
        await using var stable = Answering(Adelie);
        await using var shadow = Answering(Adelie, seen);
        await using var scene = await MirrorScene.StartAsync(stable, shadow);
        await scene.Client.SendAsync("POST /predict?x=1 HTTP/1.1\r\nHost: a\r\nX-Request-Id: me\r\nx-canario-shadow: forged\r\nAuthorization: Bearer k\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
        string answer = await scene.Client.ReadMessageAsync();
        Assert.Contains("x-canario-revision: m-stable", answer, StringComparison.Ordinal);

        string copy = Take(seen);
        Assert.StartsWith("POST /predict?x=1 HTTP/1.1\r\nHost: a\r\n", copy, StringComparison.Ordinal);
        Assert.Contains("\r\nx-canario-shadow: 1\r\n", copy, StringComparison.Ordinal);
        Assert.DoesNotContain("forged", copy, StringComparison.Ordinal);
        Assert.Contains("\r\nx-request-id: me\r\n", copy, StringComparison.Ordinal);
        Assert.Contains("\r\nAuthorization: Bearer k\r\n", copy, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n{\"a\":1}", copy, StringComparison.Ordinal);
        await scene.AssertPairsAsync(ShadowOutcomes.Agreed, 1);
    }

    [Fact]
    public async Task A_user_cannot_pass_for_a_copy()
    {
        var seen = new BlockingCollection<string>();
        await using var stable = Answering(Adelie, seen);
        await using var router = await RunningRouter.StartAsync(stable.Port);
        await using var client = await router.ConnectAsync();
        await client.SendAsync("POST /predict HTTP/1.1\r\nHost: a\r\nX-Canario-Shadow: 1\r\nContent-Length: 2\r\n\r\n{}");
        await client.ReadMessageAsync();
        Assert.DoesNotContain("shadow", Take(seen), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(100, true)]
    [InlineData(40_000, false)]
    [InlineData(300_000, false)]
    [InlineData(300_000, true)]
    public async Task A_body_of_any_size_and_framing_is_copied_whole(int size, bool chunked)
    {
        var seen = new BlockingCollection<string>();
        string body = new([.. Enumerable.Range(0, size).Select(i => (char)('a' + i * 7 % 26))]);
        await using var stable = Answering(Adelie, wants: size);
        await using var shadow = Answering(Adelie, seen);
        await using var scene = await MirrorScene.StartAsync(stable, shadow);
        await scene.Client.SendAsync("POST /v2/models/m/infer HTTP/1.1\r\nHost: a\r\n" + (chunked ? "Transfer-Encoding: chunked\r\n\r\n" : $"Content-Length: {size}\r\n\r\n"));
        for (int at = 0; at < size; at += 70_001)
        {
            string part = body[at..Math.Min(size, at + 70_001)];
            await scene.Client.SendAsync(chunked ? string.Create(CultureInfo.InvariantCulture, $"{part.Length:x}\r\n{part}\r\n") : part);
        }
        if (chunked) await scene.Client.SendAsync("0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", await scene.Client.ReadMessageAsync(), StringComparison.Ordinal);
        string copy = Take(seen);
        Assert.Contains($"\r\nContent-Length: {size}\r\n", copy, StringComparison.Ordinal);
        Assert.Equal(body, copy[(copy.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
    }

    [Fact]
    public async Task Answers_are_compared_pair_by_pair()
    {
        int asked = 0;
        await using var stable = Answering(Adelie);
        await using var shadow = new RawServer(async (c, _) =>
        {
            while ((await c.ReadMessageAsync()).Length > 0)
            {
                await c.SendAsync((Interlocked.Increment(ref asked) % 5) switch
                {
                    1 => Json(Adelie),
                    2 => Json(Gentoo),
                    3 => "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n",
                    4 => RawServer.Ok("hello"),
                    _ => "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + $"{Adelie.Length:x}\r\n{Adelie}\r\n0\r\n\r\n",
                });
            }
        });
        await using var scene = await MirrorScene.StartAsync(stable, shadow);
        for (int i = 1; i <= 10; i++)
        {
            await scene.PredictAsync();
            // One after the other, so that each gets the answer of its turn.
            await Wait.ForAsync(async () => await scene.PairsAsync() == i, $"{i} pairs");
        }
        await scene.AssertPairsAsync(ShadowOutcomes.Agreed, 4);
        await scene.AssertPairsAsync(ShadowOutcomes.Disagreed, 2);
        await scene.AssertPairsAsync(ShadowOutcomes.CandidateFailed, 2);
        await scene.AssertPairsAsync(ShadowOutcomes.NotComparable, 2);
        Assert.Equal(6, await scene.ReadAsync(MetricNames.ShadowDifference + "_count{model_namespace=\"ns\",model=\"m\",revision=\"m-candidate\",stable=\"m-stable\"}"));
        Assert.Equal(1, await scene.ReadAsync(MetricNames.ShadowDifference + "_sum{"));
        Assert.Equal(0.5, await scene.ReadAsync(MetricNames.ShadowSquaredDifference + "{"));
        Assert.Equal(0.5, await scene.ReadAsync(MetricNames.ShadowLargestDifference + "{"));
        // None of it is the user's: not the count, not the failure.
        await scene.Router.AssertCountAsync(10, "m-stable", 200);
        await scene.Router.AssertCountAsync(0, "m-candidate", 200);
        await scene.Router.AssertCountAsync(0, "m-candidate", 500);
    }

    [Fact]
    public async Task What_stable_fails_on_too_is_told_apart()
    {
        await using var stable = RawServer.Answering("HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n");
        await using var shadow = RawServer.Answering("HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n");
        await using var scene = await MirrorScene.StartAsync(stable, shadow);
        await scene.PredictAsync("400");
        await scene.AssertPairsAsync(ShadowOutcomes.BothFailed, 1);
        await scene.AssertPairsAsync(ShadowOutcomes.CandidateFailed, 0);
    }

    [Fact]
    public async Task The_order_of_numbers_is_told_block_by_block()
    {
        int asked = 0, copied = 0;
        await using var stable = Numbering(() => Interlocked.Increment(ref asked));
        await using var shadow = Numbering(() => -Interlocked.Increment(ref copied));
        await using var scene = await MirrorScene.StartAsync(stable, shadow);
        for (int i = 1; i <= ShadowRanks.BlockPairs; i++)
        {
            Assert.Equal(0, await scene.ReadAsync(MetricNames.ShadowRankBlocks + "{"));
            await scene.PredictAsync();
            await Wait.ForAsync(async () => await scene.PairsAsync() == i, $"{i} pairs");
        }
        Assert.Equal(1, await scene.ReadAsync(MetricNames.ShadowRankBlocks + "{model_namespace=\"ns\",model=\"m\",revision=\"m-candidate\",stable=\"m-stable\"}"));
        Assert.Equal(1, await scene.ReadAsync(MetricNames.ShadowRankDistance + "{"));

        static RawServer Numbering(Func<int> next) => new(async (c, _) =>
        {
            while ((await c.ReadMessageAsync()).Length > 0) await c.SendAsync(Json(string.Create(CultureInfo.InvariantCulture, $"{{\"prediction\":{next()}}}")));
        });
    }

    [Fact]
    public async Task A_part_of_the_requests_is_copied()
    {
        await using var scene = await MirrorScene.StartAsync(percent: 25);
        for (int i = 0; i < 400; i++) await scene.PredictAsync();
        await Wait.ForAsync(async () => await scene.PairsAsync() >= 60, "sixty pairs");
        // 100 expected, with a standard deviation of 8.7.
        Assert.InRange(await scene.PairsAsync(), 60, 140);
    }

    [Fact]
    public async Task Series_of_the_pair_end_with_the_revision()
    {
        await using var scene = await MirrorScene.StartAsync();
        await scene.PredictAsync();
        await scene.AssertPairsAsync(ShadowOutcomes.Agreed, 1);
        await scene.Router.SplitAsync(100);
        Assert.Equal(1, await scene.ReadAsync(Pairs(ShadowOutcomes.Agreed)));
        await scene.Router.SplitAsync(100, c => c with { Backends = [c.Backends[0]] });
        string page = await scene.Router.Admin.GetStringAsync("/metrics");
        Assert.DoesNotContain("canario_router_shadow_pairs_total{", page, StringComparison.Ordinal);
        Assert.DoesNotContain("canario_router_shadow_dropped_total{", page, StringComparison.Ordinal);
        Assert.DoesNotContain("canario_router_shadow_rank", string.Join('\n', page.Split('\n').Where(l => !l.StartsWith('#'))), StringComparison.Ordinal);
    }
}
