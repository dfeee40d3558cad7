using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Canario.Contract;
using Canario.Router.Mirroring;

namespace Canario.Router.Tests;

/// <summary>Copies of users' requests for a revision on trial: whole, bounded, compared, and felt by nobody.</summary>
public sealed class MirrorTests
{
    private const string Adelie = """{"prediction":"Adelie","probabilities":{"Adelie":0.75,"Gentoo":0.25}}""";
    private const string Gentoo = """{"prediction":"Gentoo","probabilities":{"Adelie":0.25,"Gentoo":0.75}}""";

    [Fact]
    public async Task The_shadow_gets_the_same_request_with_a_header_that_says_so()
    {
        var seen = new BlockingCollection<string>();
        await using var stable = Answering(Adelie);
        await using var shadow = Answering(Adelie, seen);
        await using var router = await StartAsync(stable, shadow);
        await using var client = await router.ConnectAsync();
        await client.SendAsync("POST /predict?x=1 HTTP/1.1\r\nHost: a\r\nX-Request-Id: me\r\nx-canario-shadow: forged\r\nAuthorization: Bearer k\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
        string answer = await client.ReadMessageAsync();
        Assert.Contains("x-canario-revision: m-stable", answer, StringComparison.Ordinal);

        string copy = Take(seen);
        Assert.StartsWith("POST /predict?x=1 HTTP/1.1\r\nHost: a\r\n", copy, StringComparison.Ordinal);
        Assert.Contains("\r\nx-canario-shadow: 1\r\n", copy, StringComparison.Ordinal);
        Assert.DoesNotContain("forged", copy, StringComparison.Ordinal);
        Assert.Contains("\r\nx-request-id: me\r\n", copy, StringComparison.Ordinal);
        Assert.Contains("\r\nAuthorization: Bearer k\r\n", copy, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n{\"a\":1}", copy, StringComparison.Ordinal);
        await AssertPairsAsync(router, ShadowOutcomes.Agreed, 1);
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
        await using var router = await StartAsync(stable, shadow);
        await using var client = await router.ConnectAsync();
        await client.SendAsync("POST /v2/models/m/infer HTTP/1.1\r\nHost: a\r\n" + (chunked ? "Transfer-Encoding: chunked\r\n\r\n" : $"Content-Length: {size}\r\n\r\n"));
        for (int at = 0; at < size; at += 70_001)
        {
            string part = body[at..Math.Min(size, at + 70_001)];
            await client.SendAsync(chunked ? string.Create(CultureInfo.InvariantCulture, $"{part.Length:x}\r\n{part}\r\n") : part);
        }
        if (chunked) await client.SendAsync("0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", await client.ReadMessageAsync(), StringComparison.Ordinal);
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
        await using var router = await StartAsync(stable, shadow);
        await using var client = await router.ConnectAsync();
        for (int i = 1; i <= 10; i++)
        {
            await PredictAsync(client);
            // One after the other, so that each gets the answer of its turn.
            await Wait.ForAsync(async () => await PairsAsync(router) == i, $"{i} pairs");
        }
        await AssertPairsAsync(router, ShadowOutcomes.Agreed, 4);
        await AssertPairsAsync(router, ShadowOutcomes.Disagreed, 2);
        await AssertPairsAsync(router, ShadowOutcomes.CandidateFailed, 2);
        await AssertPairsAsync(router, ShadowOutcomes.NotComparable, 2);
        Assert.Equal(6, await ReadAsync(router, MetricNames.ShadowDifference + "_count{model_namespace=\"ns\",model=\"m\",revision=\"m-candidate\",stable=\"m-stable\"}"));
        Assert.Equal(1, await ReadAsync(router, MetricNames.ShadowDifference + "_sum{"));
        Assert.Equal(0.5, await ReadAsync(router, MetricNames.ShadowSquaredDifference + "{"));
        Assert.Equal(0.5, await ReadAsync(router, MetricNames.ShadowLargestDifference + "{"));
        // None of it is the user's: not the count, not the failure.
        await router.AssertCountAsync(10, "m-stable", 200);
        await router.AssertCountAsync(0, "m-candidate", 200);
        await router.AssertCountAsync(0, "m-candidate", 500);
    }

    [Fact]
    public async Task A_shadow_that_hangs_costs_users_nothing_and_no_more_copies_than_the_bound()
    {
        await using var stable = Answering(Adelie);
        await using var shadow = new RawServer(async (c, _) =>
        {
            await c.ReadMessageAsync();
            await c.WaitForEndAsync();
        });
        await using var router = await StartAsync(stable, shadow, o => o with { MaxInFlight = 8 }, c => c with { TimeoutMilliseconds = 1_500 });
        await using var client = await router.ConnectAsync();
        long before = TimeProvider.System.GetTimestamp();
        for (int i = 0; i < 200; i++) await PredictAsync(client);
        // Had each waited for its copy, it would be five minutes.
        Assert.InRange(TimeProvider.System.GetElapsedTime(before), TimeSpan.Zero, TimeSpan.FromSeconds(20));
        await AssertDroppedAsync(router, DropReasons.InFlight, least: 150);
        // What hung has failed when its time is over, and makes room.
        await Wait.ForAsync(async () => await ReadAsync(router, Pairs(ShadowOutcomes.CandidateFailed)) >= 8, "eight failures");
        await router.AssertCountAsync(200, "m-stable", 200);
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
        await using var router = await StartAsync(stable, shadow);
        await using var client = await router.ConnectAsync();
        await client.SendAsync("POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}");
        Assert.False(seen.TryTake(out _, TimeSpan.FromMilliseconds(200)));
        may.SetResult();
        await client.ReadMessageAsync();
        Take(seen);
    }

    [Fact]
    public async Task A_shadow_that_cannot_be_reached_fails_in_the_pairs_and_for_no_user()
    {
        await using var stable = Answering(Adelie);
        await using var router = await StartAsync(stable, null);
        await router.Source.SetEndpointsAsync("candidate", RawServer.DeadPort());
        await using var client = await router.ConnectAsync();
        for (int i = 0; i < 5; i++) await PredictAsync(client);
        await AssertPairsAsync(router, ShadowOutcomes.CandidateFailed, 5);
        await router.AssertCountAsync(5, "m-stable", 200);
        await router.AssertCountAsync(0, "m-candidate", 502);
    }

    [Fact]
    public async Task A_shadow_without_a_ready_pod_is_not_blamed()
    {
        await using var stable = Answering(Adelie);
        await using var shadow = Answering(Adelie);
        await using var router = await StartAsync(stable, shadow);
        await using var client = await router.ConnectAsync();
        await PredictAsync(client);
        await AssertPairsAsync(router, ShadowOutcomes.Agreed, 1);
        await router.Source.SetEndpointsAsync("candidate");
        await PredictAsync(client);
        await AssertDroppedAsync(router, DropReasons.NotSent, least: 1);
        Assert.Equal(1, await PairsAsync(router));
    }

    [Fact]
    public async Task What_stable_fails_on_too_is_told_apart()
    {
        await using var stable = RawServer.Answering("HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n");
        await using var shadow = RawServer.Answering("HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n");
        await using var router = await StartAsync(stable, shadow);
        await using var client = await router.ConnectAsync();
        await PredictAsync(client, "400");
        await AssertPairsAsync(router, ShadowOutcomes.BothFailed, 1);
        await AssertPairsAsync(router, ShadowOutcomes.CandidateFailed, 0);
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
        await using var router = await StartAsync(stable, shadow);
        await using var client = await router.ConnectAsync();
        for (int i = 0; i < 30; i++) await PredictAsync(client);
        await AssertPairsAsync(router, ShadowOutcomes.Agreed, 30);
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
        await using var stable = Answering(Adelie);
        await using var shadow = Answering(Adelie);
        await using var router = await StartAsync(stable, shadow);
        await using var client = await router.ConnectAsync();
        await client.SendAsync($"{line} HTTP/1.1\r\nHost: a\r\n{field}{(length == 2 ? "Content-Length: 2\r\n" : "")}\r\n{new string('x', length)}");
        await client.ReadMessageAsync();
        // The next is copied, so the one before would have been by now.
        await PredictAsync(client);
        await AssertPairsAsync(router, ShadowOutcomes.Agreed, 1);
        Assert.Equal(1, await PairsAsync(router));
        if (reason is not null) await AssertDroppedAsync(router, reason, least: 1);
    }

    [Fact]
    public async Task A_chunked_body_beyond_the_bound_reaches_the_model_and_not_the_shadow()
    {
        await using var stable = Answering(Adelie, wants: 40_000);
        await using var shadow = Answering(Adelie);
        await using var router = await StartAsync(stable, shadow, o => o with { MaxBodyBytes = 30_000 });
        await using var client = await router.ConnectAsync();
        await client.SendAsync($"POST /predict HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n9c40\r\n{new string('x', 40_000)}\r\n0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", await client.ReadMessageAsync(), StringComparison.Ordinal);
        await AssertDroppedAsync(router, DropReasons.BodyTooLarge, least: 1);
        Assert.Equal(0, shadow.Connections);
    }

    [Fact]
    public async Task Memory_for_copies_is_bounded_and_given_back()
    {
        await using var stable = Answering(Adelie);
        await using var shadow = Answering(Adelie);
        await using var router = await StartAsync(stable, shadow, o => o with { MaxBytes = 6_000 });
        await using var client = await router.ConnectAsync();
        await client.SendAsync($"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\n{new string('x', 9000)}");
        await client.ReadMessageAsync();
        await AssertDroppedAsync(router, DropReasons.Memory, least: 1);
        // Small ones fit, one at a time and for ever: none keeps its memory.
        for (int i = 1; i <= 20; i++)
        {
            await PredictAsync(client);
            await AssertPairsAsync(router, ShadowOutcomes.Agreed, i);
        }
    }

    [Fact]
    public async Task A_part_of_the_requests_is_copied()
    {
        await using var stable = Answering(Adelie);
        await using var shadow = Answering(Adelie);
        await using var router = await StartAsync(stable, shadow, percent: 25);
        await using var client = await router.ConnectAsync();
        for (int i = 0; i < 400; i++) await PredictAsync(client);
        await Wait.ForAsync(async () => await PairsAsync(router) >= 60, "sixty pairs");
        // 100 expected, with a standard deviation of 8.7.
        Assert.InRange(await PairsAsync(router), 60, 140);
    }

    [Fact]
    public async Task Series_of_the_pair_end_with_the_revision()
    {
        await using var stable = Answering(Adelie);
        await using var shadow = Answering(Adelie);
        await using var router = await StartAsync(stable, shadow);
        await using var client = await router.ConnectAsync();
        await PredictAsync(client);
        await AssertPairsAsync(router, ShadowOutcomes.Agreed, 1);
        await router.SplitAsync(100);
        Assert.Equal(1, await ReadAsync(router, Pairs(ShadowOutcomes.Agreed)));
        await router.SplitAsync(100, c => c with { Backends = [c.Backends[0]] });
        string page = await router.Admin.GetStringAsync("/metrics");
        Assert.DoesNotContain("canario_router_shadow_pairs_total{", page, StringComparison.Ordinal);
        Assert.DoesNotContain("canario_router_shadow_dropped_total{", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Http2_is_served_as_ever_and_counted_as_not_copied()
    {
        await using var stable = Answering(Adelie);
        await using var shadow = Answering(Adelie);
        await using var router = await StartAsync(stable, shadow);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{router.Port + 1}/predict") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var response = await client.SendAsync(request);
        await AssertDroppedAsync(router, DropReasons.Http2, least: 1);
        Assert.Equal(0, shadow.Connections);
    }

    private static async Task<RunningRouter> StartAsync(
        RawServer stable, RawServer? shadow, Func<MirrorOptions, MirrorOptions>? bounds = null, Func<RouterConfiguration, RouterConfiguration>? change = null, int percent = 100)
    {
        var router = await RunningRouter.StartAsync(o => o with { Mirrors = bounds?.Invoke(o.Mirrors) ?? o.Mirrors }, stable.Port);
        if (shadow is not null) await router.Source.SetEndpointsAsync("candidate", shadow.Port);
        await router.SplitAsync(100, c => (change?.Invoke(c) ?? c) with { Mirror = new RouterMirror { Revision = "m-candidate", Percent = percent } });
        return router;
    }

    /// <summary>Answers with JSON each message; with <paramref name="wants"/> each that has so many bytes of a body, however framed.</summary>
    private static RawServer Answering(string json, BlockingCollection<string>? seen = null, int wants = 0) => new(async (c, _) =>
    {
        while (true)
        {
            string message = await c.ReadMessageAsync();
            if (message.Length == 0) return;
            if (message.Contains("Transfer-Encoding: chunked", StringComparison.Ordinal) && wants > 0)
            {
                for (int left = wants; left > 0;)
                {
                    string line = "";
                    while (!line.EndsWith("\r\n", StringComparison.Ordinal)) line += await c.ReadExactlyAsync(1);
                    int size = int.Parse(line.Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                    await c.ReadExactlyAsync(size + 2);
                    left -= size;
                }
                await c.ReadExactlyAsync(5);
            }
            seen?.Add(message);
            await c.SendAsync(Json(json));
        }
    });

    private static string Json(string body) => $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    private static async Task PredictAsync(RawConnection client, string code = "200")
    {
        await client.SendAsync("POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}");
        Assert.StartsWith("HTTP/1.1 " + code, await client.ReadMessageAsync(), StringComparison.Ordinal);
    }

    private static string Take(BlockingCollection<string> seen)
    {
        Assert.True(seen.TryTake(out string? message, RawConnection.Patience), "no copy came");
        return message;
    }

    private static string Pairs(string outcome) => $"{MetricNames.ShadowPairs}{{model_namespace=\"ns\",model=\"m\",revision=\"m-candidate\",stable=\"m-stable\",outcome=\"{outcome}\"}}";

    private static async Task AssertPairsAsync(RunningRouter router, string outcome, long expected)
    {
        await Wait.ForAsync(async () => await ReadAsync(router, Pairs(outcome)) >= expected, $"{expected} pairs {outcome}");
        Assert.Equal(expected, await ReadAsync(router, Pairs(outcome)));
    }

    private static Task AssertDroppedAsync(RunningRouter router, string reason, long least) => Wait.ForAsync(
        async () => await ReadAsync(router, $"{MetricNames.ShadowDropped}{{model_namespace=\"ns\",model=\"m\",revision=\"m-candidate\",reason=\"{reason}\"}}") >= least, $"{least} dropped for {reason}");

    private static async Task<double> PairsAsync(RunningRouter router) => await ReadAsync(router, MetricNames.ShadowPairs + "{");

    /// <summary>Sum of the series that begin so.</summary>
    private static async Task<double> ReadAsync(RunningRouter router, string start)
    {
        string page = await router.Admin.GetStringAsync("/metrics");
        return page.Split('\n').Where(l => l.StartsWith(start, StringComparison.Ordinal)).Sum(l => double.Parse(l[(l.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }
}
