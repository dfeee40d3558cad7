namespace Canario.Router.Tests;

/// <summary>How HTTP/1.1 clients may talk.</summary>
public sealed class ClientTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    [Fact]
    public async Task Requests_sent_without_waiting_are_answered_in_their_order()
    {
        await using var server = new RawServer(async (c, _) =>
        {
            while (await c.ReadMessageAsync() is { Length: > 0 } request) await c.SendAsync(RawServer.Ok(request.Split(' ')[1] + request.Split("\r\n\r\n")[1]));
        });
        await using var router = await RunningRouter.StartAsync(server.Port);
        await using var client = await router.ConnectAsync();
        // More than a buffer holds, so that requests are cut anywhere.
        const int Count = 1_000;
        var sending = client.SendAsync(string.Concat(Enumerable.Range(0, Count).Select(i => i % 2 == 0
            ? $"POST /{i} HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody"
            : $"GET /{i} HTTP/1.1\r\nHost: a\r\n\r\n")));
        for (int i = 0; i < Count; i++) Assert.EndsWith($"\r\n\r\n/{i}{(i % 2 == 0 ? "body" : "")}", await client.ReadMessageAsync(), StringComparison.Ordinal);
        await sending;
    }

    [Fact]
    public async Task A_malformed_request_behind_a_good_one_is_refused_after_that_is_answered()
    {
        await using var server = RawServer.Answering(RawServer.Ok("ok"));
        await using var router = await RunningRouter.StartAsync(server.Port);
        await using var client = await router.ConnectAsync();
        await client.SendAsync(Get + "GET / HTTP/1.1\r\nHost : a\r\n\r\n" + Get);
        Assert.EndsWith("ok", await client.ReadMessageAsync(), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 400", await client.ReadMessageAsync(), StringComparison.Ordinal);
        Assert.Equal("", await client.ReadToEndAsync());
    }

    [Theory]
    [InlineData("GET http://a/p?q HTTP/1.1\r\nHost: a\r\n\r\n", "GET /p?q HTTP/1.1\r\nHost: a\r\n")]
    [InlineData("GET http://a:80/ HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n")]
    [InlineData("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\n")]
    [InlineData("GET http://a?q HTTP/1.1\r\nHost: a\r\n\r\n", "GET /?q HTTP/1.1\r\n")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * HTTP/1.1\r\n")]
    [InlineData("GET //a/../b HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "GET //a/../b HTTP/1.1\r\nHost: [::1]:80\r\n")]
    public async Task A_target_reaches_the_server_as_a_path(string request, string expected)
    {
        await using var server = new RawServer(async (c, _) => await c.SendAsync(RawServer.Ok((await c.ReadHeadAsync())[..expected.Length])));
        await using var router = await RunningRouter.StartAsync(server.Port);
        await using var client = await router.ConnectAsync();
        await client.SendAsync(request);
        Assert.EndsWith("\r\n\r\n" + expected, await client.ReadMessageAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n", 400)]
    [InlineData("GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400)]
    [InlineData("GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400)]
    [InlineData("GET path HTTP/1.1\r\nHost: a\r\n\r\n", 400)]
    [InlineData("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400)]
    [InlineData("GET /\u0001 HTTP/1.1\r\nHost: a\r\n\r\n", 400)]
    [InlineData("GET /\u00e9 HTTP/1.1\r\nHost: a\r\n\r\n", 400)]
    [InlineData("GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: a:x\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: \u00ff\r\n\r\n", 400)]
    [InlineData("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505)]
    [InlineData("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400)]
    [InlineData("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400)]
    [InlineData("GET /\r\n\r\n", 400)]
    [InlineData("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400)]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505)]
    [InlineData("\u0016\u0003\u0001", 400)]
    [InlineData("POST / HTTP/1.0\r\n\r\n", 400)]
    public async Task A_request_that_makes_no_sense_is_refused_and_reaches_no_server(string request, int code)
    {
        await using var server = RawServer.Answering(RawServer.Ok("no"));
        await using var router = await RunningRouter.StartAsync(server.Port);
        await using var client = await router.ConnectAsync();
        await client.SendAsync(request);
        string answer = await client.ReadMessageAsync();
        Assert.StartsWith($"HTTP/1.1 {code} ", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
        await client.WaitForEndAsync();
        Assert.Equal(0, server.Connections);
    }

    [Theory]
    [InlineData("", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "Connection: close")]
    [InlineData("Connection: keep-alive\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "Connection: keep-alive")]
    [InlineData("Connection: keep-alive\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n", "Connection: close")]
    public async Task A_client_of_HTTP_1_0_is_answered_in_its_own_terms(string fields, string response, string expected)
    {
        await using var server = RawServer.Answering(response);
        await using var router = await RunningRouter.StartAsync(server.Port);
        await using var client = await router.ConnectAsync();
        int requests = expected.EndsWith("keep-alive", StringComparison.Ordinal) ? 3 : 1;
        for (int i = 0; i < requests; i++)
        {
            await client.SendAsync($"GET / HTTP/1.0\r\n{fields}\r\n");
            string head = await client.ReadHeadAsync();
            Assert.Contains($"\r\n{expected}\r\n", head, StringComparison.Ordinal);
            Assert.DoesNotContain("Transfer-Encoding", head, StringComparison.Ordinal);
            Assert.Equal("ok", requests == 1 ? await client.ReadToEndAsync() : await client.ReadExactlyAsync(2));
        }
    }

    [Fact]
    public async Task A_client_that_asks_to_close_is_closed_after_its_answer()
    {
        await using var server = RawServer.Answering(RawServer.Ok("ok"));
        await using var router = await RunningRouter.StartAsync(server.Port);
        await using var client = await router.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        string answer = await client.ReadToEndAsync();
        Assert.Contains("\r\nConnection: close\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("ok", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_ends_its_side_has_left()
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
        await using var client = await router.ConnectAsync();
        await client.SendAsync(Get);
        await arrived.Task.WaitAsync(RawConnection.Patience);
        client.EndSending();
        // From outside, that cannot be told from a client that is gone altogether.
        await ended.Task.WaitAsync(RawConnection.Patience);
        await client.WaitForEndAsync();
        await router.AssertCountAsync(1, "m-stable", 499);
    }

    [Fact]
    public async Task A_request_whose_body_breaks_off_is_given_up()
    {
        var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new RawServer(async (c, _) => seen.SetResult(await c.ReadToEndAsync()));
        await using var router = await RunningRouter.StartAsync(server.Port);
        await using (var client = await router.ConnectAsync())
        {
            await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
            await Wait.ForAsync(() => server.Connections == 1, "the server has it");
        }
        Assert.DoesNotContain("HTTP/1.1\r\n\r\n", await seen.Task.WaitAsync(RawConnection.Patience), StringComparison.Ordinal);
        await router.AssertCountAsync(1, "m-stable", 499);
    }

    [Fact]
    public async Task A_client_that_waits_to_be_asked_is_not_asked_by_a_refusal()
    {
        await using var router = await RunningRouter.StartAsync();
        await using var client = await router.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
        string answer = await client.ReadMessageAsync();
        Assert.StartsWith("HTTP/1.1 503", answer, StringComparison.Ordinal);
        // Whether the body follows is anybody's guess, so nothing after it can be read.
        Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
        Assert.Equal("", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task A_client_that_may_wait_to_be_asked_and_does_not_goes_on_after_its_answer()
    {
        await using var server = RawServer.Answering(RawServer.Ok("ok"));
        await using var router = await RunningRouter.StartAsync(server.Port);
        await using var client = await router.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi" + Get);
        for (int i = 0; i < 2; i++) Assert.EndsWith("ok", await client.ReadMessageAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chunked_body_that_arrived_whole_is_sent_again_when_that_is_harmless()
    {
        await using var server = new RawServer(async (c, index) =>
        {
            for (int i = 0; ; i++)
            {
                string head = await c.ReadHeadAsync();
                if (head.Length == 0 || (index == 0 && i == 1)) return;
                if (head.Contains("chunked", StringComparison.Ordinal)) Assert.Equal("5\r\nabcde\r\n0\r\n\r\n", await c.ReadExactlyAsync(15));
                await c.SendAsync(RawServer.Ok("ok"));
            }
        });
        await using var router = await RunningRouter.StartAsync(server.Port);
        await using var client = await router.ConnectAsync();
        await client.SendAsync(Get);
        await client.ReadMessageAsync();
        await client.SendAsync("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", await client.ReadMessageAsync(), StringComparison.Ordinal);
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task A_refusal_to_HEAD_has_no_body()
    {
        await using var router = await RunningRouter.StartAsync();
        await using var client = await router.ConnectAsync();
        for (int i = 0; i < 2; i++)
        {
            await client.SendAsync("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 503", await client.ReadHeadAsync(), StringComparison.Ordinal);
        }
    }
}
