using Canario.Router.Http1;

namespace Canario.Router.Tests;

/// <summary>What a client may cost that sends too much, too little or too slowly.</summary>
public sealed class ClientLimitsTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(300);

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ")]
    [InlineData("G")]
    public async Task A_head_that_does_not_end_is_a_408(string beginning)
    {
        await using var server = RawServer.Answering(RawServer.Ok("no"));
        await using var router = await StartAsync(server, c => c with { HeadTimeout = s_short });
        await using var client = await router.ConnectAsync();
        await client.SendAsync(beginning);
        Assert.StartsWith("HTTP/1.1 408", await client.ReadMessageAsync(), StringComparison.Ordinal);
        await client.WaitForEndAsync();
        Assert.Equal(0, server.Connections);
    }

    [Fact]
    public async Task A_head_that_comes_byte_by_byte_is_read_when_it_is_in_time()
    {
        await using var server = RawServer.Answering(RawServer.Ok("yes"));
        await using var router = await StartAsync(server, c => c);
        await using var client = await router.ConnectAsync();
        foreach (char c in Get) await client.SendAsync(c.ToString());
        Assert.EndsWith("yes", await client.ReadMessageAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(Get)]
    public async Task A_connection_that_idles_is_closed_without_a_word(string before)
    {
        await using var server = RawServer.Answering(RawServer.Ok("ok"));
        await using var router = await StartAsync(server, c => c with { IdleTimeout = before.Length > 0 ? TimeSpan.FromSeconds(2) : s_short });
        await using var client = await router.ConnectAsync();
        await client.SendAsync(before);
        if (before.Length > 0) Assert.EndsWith("ok", await client.ReadMessageAsync(), StringComparison.Ordinal);
        Assert.Equal("", await client.ReadToEndAsync());
    }

    [Theory]
    [InlineData("Content-Length: 10\r\n\r\nabc")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")]
    [InlineData("Content-Length: 10\r\n\r\n")]
    public async Task A_body_that_stops_is_a_408_and_never_whole_at_the_server(string rest)
    {
        var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new RawServer(async (c, _) => seen.TrySetResult(await c.ReadToEndAsync()));
        await using var router = await StartAsync(server, c => c with { Grace = s_short });
        await using var client = await router.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\n" + rest);
        Assert.StartsWith("HTTP/1.1 408", await client.ReadMessageAsync(), StringComparison.Ordinal);
        await client.WaitForEndAsync();
        Assert.DoesNotContain("\r\n0\r\n", await seen.Task.WaitAsync(RawConnection.Patience), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_drips_is_a_408_although_it_never_stops()
    {
        await using var server = new RawServer(async (c, _) => await c.WaitForEndAsync());
        await using var router = await StartAsync(server, c => c with { Grace = s_short });
        await using var client = await router.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
        var answer = client.ReadMessageAsync();
        while (!answer.IsCompleted)
        {
            // 20 bytes a second, where 240 are wanted.
            await client.SendAsync("x");
            await Task.WhenAny(answer, Task.Delay(50));
        }
        Assert.StartsWith("HTTP/1.1 408", await answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_method_before_something_malformed_is_a_400_like_any_other()
    {
        await using var router = await RunningRouter.StartAsync();
        await using var client = await router.ConnectAsync();
        await client.SendAsync($"{new string('M', 2_000)} / HTTP/1.1\r\nHost a\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400", await client.ReadMessageAsync(), StringComparison.Ordinal);
        await client.WaitForEndAsync();
    }

    [Theory]
    [InlineData(40_000, 1, 431)]
    [InlineData(40, 200, 431)]
    public async Task A_head_that_is_too_large_is_refused(int valueLength, int lines, int code)
    {
        await using var server = RawServer.Answering(RawServer.Ok("no"));
        await using var router = await StartAsync(server, c => c);
        await using var client = await router.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n" + string.Concat(Enumerable.Repeat($"X: {new string('x', valueLength)}\r\n", lines)) + "\r\n");
        Assert.StartsWith($"HTTP/1.1 {code}", await client.ReadMessageAsync(), StringComparison.Ordinal);
        await client.WaitForEndAsync();
        Assert.Equal(0, server.Connections);
    }

    [Fact]
    public async Task A_large_head_within_the_limit_passes()
    {
        var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new RawServer(async (c, _) =>
        {
            seen.SetResult(await c.ReadHeadAsync());
            await c.SendAsync(RawServer.Ok("ok"));
        });
        await using var router = await StartAsync(server, c => c);
        await using var client = await router.ConnectAsync();
        string value = new('x', 30_000);
        await client.SendAsync($"GET / HTTP/1.1\r\nHost: a\r\nX: {value}\r\n\r\n");
        Assert.EndsWith("ok", await client.ReadMessageAsync(), StringComparison.Ordinal);
        Assert.Contains($"\r\nX: {value}\r\n", await seen.Task, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /{0} HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /{0}")]
    public async Task A_target_that_is_too_long_is_a_414(string request)
    {
        await using var router = await RunningRouter.StartAsync();
        await using var client = await router.ConnectAsync();
        await client.SendAsync(request.Replace("{0}", new string('x', 9_000), StringComparison.Ordinal));
        Assert.StartsWith("HTTP/1.1 414", await client.ReadMessageAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Length: 11\r\n\r\n")]
    [InlineData("Content-Length: 11\r\n\r\n01234567890")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n6\r\n567890\r\n")]
    public async Task A_body_that_is_too_large_is_a_413(string rest)
    {
        await using var server = new RawServer(async (c, _) => await c.WaitForEndAsync());
        await using var router = await RunningRouter.StartAsync(o => o with { MaxBodyBytes = 10 }, server.Port);
        await using var client = await router.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\n" + rest);
        Assert.StartsWith("HTTP/1.1 413", await client.ReadMessageAsync(), StringComparison.Ordinal);
        await client.WaitForEndAsync();
        await router.AssertCountAsync(1, "m-stable", 413);
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_closed_at_once_and_others_are_served()
    {
        await using var server = RawServer.Answering(RawServer.Ok("ok"));
        await using var router = await RunningRouter.StartAsync(o => o with { MaxConnections = 2 }, server.Port);
        await using var first = await router.ConnectAsync();
        await using (var second = await router.ConnectAsync())
        {
            foreach (var client in new[] { first, second })
            {
                await client.SendAsync(Get);
                Assert.EndsWith("ok", await client.ReadMessageAsync(), StringComparison.Ordinal);
            }
            await using var third = await router.ConnectAsync();
            Assert.Equal("", await third.ReadToEndAsync());
        }
        // Whoever leaves makes room.
        await Wait.ForAsync(
            async () =>
            {
                await using var next = await router.ConnectAsync();
                try
                {
                    await next.SendAsync(Get);
                }
                catch (IOException)
                {
                    return false;
                }
                return (await next.ReadMessageAsync()).EndsWith("ok", StringComparison.Ordinal);
            },
            "a place is free again");
        await first.SendAsync(Get);
        Assert.EndsWith("ok", await first.ReadMessageAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_does_not_read_its_answer_is_given_up()
    {
        var broken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new RawServer(async (c, _) =>
        {
            await c.ReadHeadAsync();
            string piece = new('x', 1_000_000);
            try
            {
                await c.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
                for (int i = 0; i < 1_000; i++) await c.SendAsync(piece);
            }
            catch (IOException)
            {
                broken.SetResult();
            }
        });
        await using var router = await StartAsync(server, c => c with { Grace = s_short, LeastBytesASecond = 100_000 });
        await using var client = await router.ConnectAsync();
        await client.SendAsync(Get);
        await broken.Task.WaitAsync(RawConnection.Patience);
        await router.AssertCountAsync(1, "m-stable", 499);
    }

    private static Task<RunningRouter> StartAsync(RawServer server, Func<ClientOptions, ClientOptions> change) =>
        RunningRouter.StartAsync(o => o with { Client = change(o.Client) }, server.Port);
}
