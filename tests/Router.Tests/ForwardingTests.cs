using Canario.Router.Forwarding;

namespace Canario.Router.Tests;

public sealed class ForwardingTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    [Fact]
    public async Task Requests_on_one_connection_share_one_connection_to_the_server()
    {
        await using var server = RawServer.Answering(RawServer.Ok("ok"));
        await using var router = await RunningRouter.StartAsync(server.Port);
        await using var client = await router.ConnectAsync();
        for (int i = 0; i < 20; i++)
        {
            await client.SendAsync(Get);
            Assert.EndsWith("ok", await client.ReadMessageAsync(), StringComparison.Ordinal);
        }
        Assert.Equal(1, server.Connections);
        await router.AssertCountAsync(20, "m-stable", 200);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_in_time_is_a_504()
    {
        await using var server = new RawServer(async (c, _) => await c.WaitForEndAsync());
        await using var router = await RunningRouter.StartAsync(server.Port);
        await router.SplitAsync(100, c => c with { TimeoutMilliseconds = 200 });
        await using var client = await router.ConnectAsync();
        await client.SendAsync(Get);
        string answer = await client.ReadMessageAsync();
        Assert.StartsWith("HTTP/1.1 504", answer, StringComparison.Ordinal);
        Assert.Contains("x-canario-error: " + Reasons.Timeout, answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_leaves_takes_its_request_to_the_server_with_it()
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new RawServer(async (c, _) =>
        {
            await c.ReadHeadAsync();
            arrived.SetResult();
            await c.WaitForEndAsync();
            ended.SetResult();
        });
        await using var router = await RunningRouter.StartAsync(server.Port);
        var client = await router.ConnectAsync();
        await client.SendAsync(Get);
        await arrived.Task.WaitAsync(RawConnection.Patience);
        client.Reset();
        await ended.Task.WaitAsync(RawConnection.Patience);
    }

    [Theory]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "Content-Length: 5")]
    [InlineData("GET", "HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 204")]
    [InlineData("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nETag: \"x\"\r\n\r\n", "ETag: \"x\"")]
    public async Task A_response_without_a_body_leaves_the_connection_in_step(string method, string response, string expected)
    {
        await using var server = RawServer.Answering(response);
        await using var router = await RunningRouter.StartAsync(server.Port);
        await using var client = await router.ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            await client.SendAsync($"{method} / HTTP/1.1\r\nHost: a\r\n\r\n");
            Assert.Contains(expected, await client.ReadHeadAsync(), StringComparison.Ordinal);
        }
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task A_body_in_pieces_reaches_the_client_piece_by_piece()
    {
        var more = new SemaphoreSlim(0);
        await using var server = new RawServer(async (c, _) =>
        {
            await c.ReadHeadAsync();
            await c.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            foreach (string piece in new[] { "3\r\nabc\r\n", "3\r\ndef\r\n", "0\r\nX-T: 1\r\n\r\n" })
            {
                await more.WaitAsync();
                await c.SendAsync(piece);
            }
        });
        await using var router = await RunningRouter.StartAsync(server.Port);
        await using var client = await router.ConnectAsync();
        await client.SendAsync(Get);
        // Each piece is sent only when the one before has arrived here.
        Assert.StartsWith("HTTP/1.1 200", await client.ReadHeadAsync(), StringComparison.Ordinal);
        more.Release();
        Assert.Equal("3\r\nabc\r\n", await client.ReadExactlyAsync(8));
        more.Release();
        Assert.Equal("3\r\ndef\r\n", await client.ReadExactlyAsync(8));
        more.Release();
        Assert.Equal("0\r\n\r\n", await client.ReadExactlyAsync(5));
    }

    [Fact]
    public async Task A_body_that_breaks_off_breaks_the_clients_connection()
    {
        await using var server = new RawServer(async (c, _) =>
        {
            await c.ReadHeadAsync();
            await c.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
        });
        await using var router = await RunningRouter.StartAsync(server.Port);
        await using var client = await router.ConnectAsync();
        await client.SendAsync(Get);
        Assert.EndsWith("\r\n\r\nabc", "\r\n\r\n" + (await client.ReadToEndAsync()).Split("\r\n\r\n").Last(), StringComparison.Ordinal);
        await router.AssertCountAsync(1, "m-stable", 502);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_chunked_body_that_breaks_off_is_never_completed_by_the_router(bool reset)
    {
        await using var server = new RawServer(async (c, _) =>
        {
            await c.ReadHeadAsync();
            await c.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
            if (!reset) return;
            // The client has seen the beginning, so the reset cannot overtake it.
            await c.ReadHeadAsync();
            c.Reset();
        });
        await using var router = await RunningRouter.StartAsync(server.Port);
        await using var client = await router.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n");
        await client.ReadHeadAsync();
        string body = await client.ReadExactlyAsync("3\r\nabc\r\n".Length);
        if (reset) await client.SendAsync("now\r\n\r\n");
        Assert.Equal("3\r\nabc\r\n", body + await client.ReadToEndAsync());
        await router.AssertCountAsync(1, "m-stable", 502);
    }

    [Fact]
    public async Task Large_bodies_pass_unchanged_in_both_directions()
    {
        const int Size = 5 * 1024 * 1024;
        await using var server = new RawServer(async (c, _) =>
        {
            await c.ReadHeadAsync();
            string body = await c.ReadExactlyAsync(Size);
            await c.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {Size}\r\n\r\n");
            await c.SendAsync(body);
        });
        await using var router = await RunningRouter.StartAsync(server.Port);
        using var client = new HttpClient();
        byte[] sent = new byte[Size];
        new Random(1).NextBytes(sent);
        using var content = new ByteArrayContent(sent);
        using var response = await client.PostAsync(new Uri($"http://127.0.0.1:{router.Port}/"), content);
        byte[] received = await response.Content.ReadAsByteArrayAsync();
        Assert.True(sent.AsSpan().SequenceEqual(received));
    }

    [Fact]
    public async Task Expect_100_continue_is_answered_here_and_not_passed_on()
    {
        var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new RawServer(async (c, _) =>
        {
            seen.SetResult(await c.ReadMessageAsync());
            await c.SendAsync(RawServer.Ok("ok"));
        });
        await using var router = await RunningRouter.StartAsync(server.Port);
        await using var client = await router.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 100", await client.ReadHeadAsync(), StringComparison.Ordinal);
        await client.SendAsync("hi");
        Assert.EndsWith("ok", await client.ReadMessageAsync(), StringComparison.Ordinal);
        string request = await seen.Task;
        Assert.EndsWith("hi", request, StringComparison.Ordinal);
        Assert.DoesNotContain("Expect", request, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task An_answer_before_the_body_has_arrived_is_passed_on()
    {
        await using var server = new RawServer(async (c, _) =>
        {
            await c.ReadHeadAsync();
            await c.SendAsync("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            await c.WaitForEndAsync();
        });
        await using var router = await RunningRouter.StartAsync(server.Port);
        await using var client = await router.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nbegin");
        Assert.StartsWith("HTTP/1.1 413", await client.ReadHeadAsync(), StringComparison.Ordinal);
    }
}
