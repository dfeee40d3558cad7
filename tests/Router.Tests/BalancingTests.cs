using System.Net;
using Canario.Loops;
using Canario.Router.Forwarding;
using Canario.Router.Routing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Canario.Router.Tests;

public sealed class BalancingTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    [Fact]
    public void Of_two_endpoints_the_less_busy_is_taken()
    {
        using var loops = new EventLoops(1, TimeProvider.System, NullLogger.Instance);
        var set = new EndpointSet(new UpstreamOptions(), loops, TimeProvider.System);
        set.Set([Address(1), Address(2)], []);
        var first = set.Pick()!;
        first.Begin();
        for (int i = 0; i < 100; i++) Assert.NotSame(first, set.Pick());
        first.End();
        var seen = Enumerable.Range(0, 100).Select(_ => set.Pick()).Distinct();
        Assert.Equal(2, seen.Count());
    }

    [Fact]
    public void Load_stays_even_when_every_request_stays()
    {
        using var loops = new EventLoops(1, TimeProvider.System, NullLogger.Instance);
        var set = new EndpointSet(new UpstreamOptions(), loops, TimeProvider.System);
        set.Set(Enumerable.Range(1, 10).Select(Address), []);
        var taken = new List<Endpoint>();
        for (int i = 0; i < 1_000; i++)
        {
            var endpoint = set.Pick()!;
            endpoint.Begin();
            taken.Add(endpoint);
        }
        // By chance alone the busiest of ten would have about 115; the better of two choices keeps it near 100.
        Assert.InRange(taken.Distinct().Max(e => e.Outstanding), 100, 106);
    }

    [Fact]
    public void Endpoints_that_stay_keep_their_load_when_others_come_and_go()
    {
        using var loops = new EventLoops(1, TimeProvider.System, NullLogger.Instance);
        var set = new EndpointSet(new UpstreamOptions(), loops, TimeProvider.System);
        set.Set([Address(1)], []);
        var kept = set.Pick()!;
        kept.Begin();
        set.Set([Address(1), Address(2)], []);
        set.Set([Address(2)], [Address(1)]);
        Assert.Same(kept, set.PickReserve());
        Assert.NotSame(kept, set.Pick());
        set.Set([Address(1)], []);
        Assert.Same(kept, set.Pick());
        Assert.Null(set.PickReserve());
        Assert.Equal(1, kept.Outstanding);
    }

    [Fact]
    public async Task An_endpoint_that_refuses_gets_no_request_until_it_listens_again()
    {
        await using var other = RawServer.Answering(RawServer.Ok("other"));
        using var late = RawServer.BindOnly();
        await using var router = await RunningRouter.StartAsync(RawServer.PortOf(late), other.Port);
        await using var client = await router.ConnectAsync();
        for (int i = 0; i < 100; i++)
        {
            await client.SendAsync(Get);
            Assert.EndsWith("other", await client.ReadMessageAsync(), StringComparison.Ordinal);
        }
        // One request found out; those after it were not sent there. Its second choice is met by chance within the first few.
        Assert.Equal(1, await FailuresAsync(router, Reasons.ConnectFailed));
        late.Listen();
        using var limit = new CancellationTokenSource(RawConnection.Patience);
        var serving = Task.Run(async () =>
        {
            while (true)
            {
                // The first ones are probes, which say nothing.
                using var socket = await late.AcceptAsync(limit.Token);
                byte[] buffer = new byte[4096];
                if (await socket.ReceiveAsync(buffer, limit.Token) == 0) continue;
                await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(RawServer.Ok("back")), limit.Token);
                return;
            }
        });
        string answer;
        do
        {
            await client.SendAsync(Get);
            answer = await client.ReadMessageAsync();
            Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        }
        while (!answer.EndsWith("back", StringComparison.Ordinal) && !limit.IsCancellationRequested);
        Assert.EndsWith("back", answer, StringComparison.Ordinal);
        await serving;
        Assert.Equal(1, await FailuresAsync(router, Reasons.ConnectFailed));
    }

    [Fact]
    public async Task When_all_are_thought_dead_one_is_tried_before_a_request_is_refused()
    {
        using var late = RawServer.BindOnly();
        await using var router = await RunningRouter.StartAsync(RawServer.PortOf(late));
        await using var client = await router.ConnectAsync();
        await client.SendAsync(Get);
        string refused = await client.ReadMessageAsync();
        Assert.StartsWith("HTTP/1.1 502", refused, StringComparison.Ordinal);
        Assert.Contains("x-canario-error: " + Reasons.ConnectFailed, refused, StringComparison.Ordinal);
        late.Listen();
        await client.SendAsync(Get);
        // The request or a probe, whichever comes first; no request waits for the probe.
        while (true)
        {
            using var socket = await late.AcceptAsync().WaitAsync(RawConnection.Patience);
            if (await socket.ReceiveAsync(new byte[4096]) == 0) continue;
            await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(RawServer.Ok("back")));
            break;
        }
        Assert.EndsWith("back", await client.ReadMessageAsync(), StringComparison.Ordinal);
    }

    private static async Task<long> FailuresAsync(RunningRouter router, string reason)
    {
        string text = await router.Admin.GetStringAsync("/metrics");
        string series = $"canario_router_upstream_failures_total{{model_namespace=\"ns\",model=\"m\",revision=\"m-stable\",reason=\"{reason}\"}} ";
        return text.Split('\n').Where(l => l.StartsWith(series, StringComparison.Ordinal)).Select(l => long.Parse(l[series.Length..])).SingleOrDefault();
    }

    private static IPEndPoint Address(int last) => new(new IPAddress([10, 0, 0, (byte)last]), 8080);
}
