using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Canario.Contract;
using Microsoft.AspNetCore.Http;

namespace Canario.LoadGenerator.Tests;

public sealed class LoadTests
{
    private static readonly string[] Bodies = ["""{"n":1}""", """{"n":2}""", """{"n":3}"""];

    [Fact]
    public async Task Sends_as_many_requests_as_rate_and_duration_say_and_accounts_for_each()
    {
        await using var backend = await Backend.StartAsync(_ => Task.CompletedTask);
        await using var run = Load.Start(new LoadOptions { Url = backend.Url, Rate = 200, Duration = TimeSpan.FromSeconds(1) });
        var report = await run.Completion.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(200, report.Requests);
        Assert.Equal(200, report.Succeeded);
        Assert.Equal((0, 0), (report.Failed, report.InFlight));
        Assert.Equal(200, report.ByStatus["200"]);
        Assert.True(report.Latency.P50 > 0 && report.Latency.P50 <= report.Latency.P99 && report.Latency.P99 <= report.Latency.Max);
    }

    [Fact]
    public async Task Counts_failures_for_the_revision_that_answered_them_and_says_why()
    {
        var count = 0;
        await using var backend = await Backend.StartAsync(context =>
        {
            var bad = Interlocked.Increment(ref count) % 4 == 0;
            context.Response.StatusCode = bad ? 502 : 200;
            context.Response.Headers[Headers.Revision] = bad ? "m-new" : "m-old";
            if (bad)
                context.Response.Headers[Headers.RouterError] = "connect";
            return Task.CompletedTask;
        });
        await using var run = Load.Start(new LoadOptions { Url = backend.Url, Rate = 400, Duration = TimeSpan.FromMilliseconds(100) });
        var report = await run.Completion.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(new RevisionCount(10, 10), report.Of("m-new"));
        Assert.Equal(new RevisionCount(30, 0), report.Of("m-old"));
        Assert.Equal(10, report.Failures["status 502 (connect)"]);
        Assert.Contains("m-new", report.FirstFailures[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_connection_is_a_failure_to_connect()
    {
        await using var run = Load.Start(new LoadOptions { Url = new Uri($"http://127.0.0.1:{ClosedPort()}/"), Rate = 10, Duration = TimeSpan.FromMilliseconds(100) });
        var report = await run.Completion.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal((1, 1), (report.Requests, report.Failures["connect"]));
    }

    [Fact]
    public async Task A_connection_that_nobody_takes_is_a_failure_to_connect()
    {
        // Nobody accepts: what is beyond the listener's queue is not even answered.
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start(1);
        var address = (IPEndPoint)listener.LocalEndpoint;
        var queued = new List<Socket>();
        try
        {
            while (true)
            {
                queued.Add(new Socket(SocketType.Stream, ProtocolType.Tcp));
                await queued[^1].ConnectAsync(address).WaitAsync(TimeSpan.FromSeconds(1));
            }
        }
        catch (TimeoutException)
        {
            // The queue is full.
        }

        await using var run = Load.Start(new LoadOptions { Url = new Uri($"http://{address}/"), Rate = 10, Duration = TimeSpan.FromMilliseconds(100) });
        var report = await run.Completion.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal((1, 1), (report.Requests, report.Failures["connect"]));
        Assert.Contains("3 s", report.FirstFailures[0], StringComparison.Ordinal);
        queued.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task An_answer_that_does_not_come_is_a_timeout_and_does_not_hold_the_others_up()
    {
        using var ended = new CancellationTokenSource();
        var count = 0;
        await using var backend = await Backend.StartAsync(async context =>
        {
            if (Interlocked.Increment(ref count) == 1)
                await Task.Delay(Timeout.Infinite, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        await using var run = Load.Start(new LoadOptions
        {
            Url = backend.Url,
            Rate = 100,
            Duration = TimeSpan.FromMilliseconds(500),
            Timeout = TimeSpan.FromSeconds(10),
        });
        var report = await run.Completion.WaitAsync(TimeSpan.FromSeconds(30));
        await ended.CancelAsync();
        Assert.Equal(1, report.Failures["timeout"]);
        Assert.Equal(49, report.Succeeded);
    }

    [Fact]
    public async Task A_connection_that_ends_in_the_middle_of_an_answer_is_a_failure()
    {
        await using var backend = await Backend.StartAsync(async context =>
        {
            context.Response.ContentLength = 100;
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
            context.Abort();
        });
        await using var run = Load.Start(new LoadOptions { Url = backend.Url, Rate = 10, Duration = TimeSpan.FromMilliseconds(100) });
        var report = await run.Completion.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(1, report.Failures["broken"]);
        Assert.Equal(0, report.Succeeded);
    }

    [Fact]
    public async Task Requests_beyond_the_bound_under_way_are_not_sent_and_count_as_failed()
    {
        using var ended = new CancellationTokenSource();
        await using var backend = await Backend.StartAsync(_ => Task.Delay(Timeout.Infinite, ended.Token).ContinueWith(_ => { }, TaskScheduler.Default));
        await using var run = Load.Start(new LoadOptions
        {
            Url = backend.Url,
            Rate = 100,
            Duration = TimeSpan.FromMilliseconds(200),
            MaxInFlight = 5,
            Timeout = TimeSpan.FromSeconds(60),
        });
        while (run.Snapshot().Requests < 20)
            await Task.Yield();
        await ended.CancelAsync();
        var report = await run.Completion.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(5, report.Succeeded);
        Assert.Equal(15, report.Failures["not sent"]);
    }

    [Fact]
    public async Task A_server_that_stands_still_for_less_than_the_timeout_fails_no_request()
    {
        using var goesOn = new CancellationTokenSource();
        await using var backend = await Backend.StartAsync(_ => Task.Delay(Timeout.Infinite, goesOn.Token).ContinueWith(_ => { }, TaskScheduler.Default));
        await using var run = Load.Start(new LoadOptions { Url = backend.Url, Rate = 1000, Duration = TimeSpan.FromMilliseconds(700), Timeout = TimeSpan.FromSeconds(60) });
        while (run.Snapshot().Requests < 700)
            await Task.Yield();
        await goesOn.CancelAsync();
        var report = await run.Completion.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal((700, 700), (report.Requests, report.Succeeded));
        Assert.InRange(report.LongestLag, 0, report.Latency.Max);
    }

    [Fact]
    public async Task The_same_seed_draws_the_same_bodies()
    {
        Assert.Equal(await DrawAsync(seed: 5), await DrawAsync(seed: 5));
        Assert.NotEqual(await DrawAsync(seed: 5), await DrawAsync(seed: 6));

        static async Task<string[]> DrawAsync(ulong seed)
        {
            var seen = new ConcurrentQueue<string>();
            await using var backend = await Backend.StartAsync(async context =>
            {
                using var reader = new StreamReader(context.Request.Body);
                seen.Enqueue(await reader.ReadToEndAsync());
            });
            await using var run = Load.Start(new LoadOptions { Url = backend.Url, Bodies = Bodies, Seed = seed, Rate = 100, Duration = TimeSpan.FromMilliseconds(300) });
            await run.Completion.WaitAsync(TimeSpan.FromSeconds(30));
            // Answers may overtake each other; what was drawn, as a multiset, is what the seed decides.
            return [.. seen.Order(StringComparer.Ordinal)];
        }
    }

    [Fact]
    public async Task Stopping_waits_for_the_answers_under_way()
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var backend = await Backend.StartAsync(async _ =>
        {
            arrived.TrySetResult();
            await release.Task;
        });
        await using var run = Load.Start(new LoadOptions { Url = backend.Url, Rate = 1 });
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var stopping = run.StopAsync();
        Assert.False(stopping.IsCompleted);
        release.SetResult();
        var report = await stopping.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal((report.Requests, 0), (report.Succeeded, report.InFlight));
    }

    [Fact]
    public async Task Connections_come_from_the_address_that_is_asked_for()
    {
        var seen = new ConcurrentQueue<string?>();
        await using var backend = await Backend.StartAsync(context =>
        {
            seen.Enqueue(context.Connection.RemoteIpAddress?.ToString());
            return Task.CompletedTask;
        });
        await using var run = Load.Start(new LoadOptions { Url = backend.Url, Source = IPAddress.Parse("127.0.0.2"), Rate = 10, Duration = TimeSpan.FromMilliseconds(200) });
        Assert.Equal(0, (await run.Completion.WaitAsync(TimeSpan.FromSeconds(30))).Failed);
        Assert.Equal(["127.0.0.2"], seen.Distinct());
    }

    [Fact]
    public void A_source_of_another_family_than_the_url_is_refused()
    {
        var problem = new LoadOptions { Url = new Uri("http://127.0.0.1:1/"), Source = IPAddress.IPv6Loopback }.Problem();
        Assert.Equal("source is ::1; it must be of the same family as url's host, 127.0.0.1", problem);
    }

    [Fact]
    public async Task Starting_against_nobody_says_what_happened_instead()
    {
        var options = new LoadOptions { Url = new Uri($"http://127.0.0.1:{ClosedPort()}/"), Rate = 50 };
        var error = await Assert.ThrowsAsync<TimeoutException>(() => Load.StartAsync(options, TimeSpan.FromMilliseconds(300)));
        Assert.Contains("refused", error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("http://8.8.8.8/", "host")]
    [InlineData("http://example.com/", "host")]
    [InlineData("http://172.32.0.1/", "host")]
    [InlineData("https://127.0.0.1/", "http://")]
    public void An_address_that_is_not_near_is_refused(string url, string expected)
    {
        var error = Assert.Throws<ArgumentException>(() => Load.Start(new LoadOptions { Url = new Uri(url) }));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains(url, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/")]
    [InlineData("http://[::1]:1/")]
    [InlineData("http://localhost:1/")]
    [InlineData("http://10.244.0.7:1/")]
    [InlineData("http://172.31.255.1:1/")]
    public void A_loopback_or_private_address_is_allowed(string url) => Assert.Null(new LoadOptions { Url = new Uri(url) }.Problem());

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
