using Canario.Router.Forwarding;

namespace Canario.Router.Tests;

/// <summary>Messages that a front and a back could frame differently, on the wire, in both directions.</summary>
public sealed class SmugglingTests
{
    [Theory]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4, 4\r\n\r\nabcd")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -4\r\n\r\nabcd")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 4\r\n\r\nabcd")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n folded\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\nHost: a\n\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: b\rY: c\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: b\0c\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX Y: b\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n")]
    public async Task An_ambiguous_request_is_refused_and_reaches_no_server(string request)
    {
        await using var server = RawServer.Answering(RawServer.Ok("no"));
        await using var router = await RunningRouter.StartAsync(server.Port);
        await using var client = await router.ConnectAsync();
        await client.SendAsync(request);
        string answer = await client.ReadHeadAsync();
        Assert.Matches("^HTTP/1.1 4\\d\\d ", answer);
        await client.WaitForEndAsync();
        Assert.Equal(0, server.Connections);
    }

    [Theory]
    [InlineData("g\r\nabc\r\n0\r\n\r\n")]
    [InlineData("3\nabc\r\n0\r\n\r\n")]
    [InlineData("3\r\nabcd\r\n0\r\n\r\n")]
    [InlineData("3;a\nb\r\nabc\r\n0\r\n\r\n")]
    [InlineData("-3\r\nabc\r\n0\r\n\r\n")]
    [InlineData("100000000000000000\r\nabc\r\n0\r\n\r\n")]
    public async Task A_malformed_chunk_of_a_request_never_completes_a_request_at_the_server(string body)
    {
        var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new RawServer(async (c, _) => seen.TrySetResult(await c.ReadToEndAsync()));
        await using var router = await RunningRouter.StartAsync(server.Port);
        await using var client = await router.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body);
        string answer = await client.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 4", answer, StringComparison.Ordinal);
        if (server.Connections > 0) Assert.DoesNotContain("\r\n0\r\n", await seen.Task.WaitAsync(RawConnection.Patience), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chunked_request_is_framed_anew_without_extensions_and_trailers()
    {
        var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new RawServer(async (c, _) =>
        {
            string head = await c.ReadHeadAsync();
            string body = "";
            while (!body.EndsWith("0\r\n\r\n", StringComparison.Ordinal)) body += await c.ReadExactlyAsync(1);
            seen.SetResult(head + body);
            await c.SendAsync(RawServer.Ok("yes"));
        });
        await using var router = await RunningRouter.StartAsync(server.Port);
        await using var client = await router.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: t\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", await client.ReadMessageAsync(), StringComparison.Ordinal);
        string request = await seen.Task;
        Assert.Contains("\r\nTransfer-Encoding: chunked\r\n", request, StringComparison.Ordinal);
        Assert.DoesNotContain("Content-Length", request, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("x=y", request, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Trailer", request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fields_of_one_hop_go_no_further_and_a_framing_field_cannot_be_nominated_away()
    {
        var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new RawServer(async (c, _) =>
        {
            seen.SetResult(await c.ReadMessageAsync());
            await c.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=9\r\nx-canario-revision: forged\r\nX-End: 2\r\n\r\nok");
        });
        await using var router = await RunningRouter.StartAsync(server.Port);
        await using var client = await router.ConnectAsync();
        await client.SendAsync(
            "POST /p?q=1 HTTP/1.1\r\nHost: h\r\nConnection: content-length, host, x-secret\r\nX-Secret: s\r\nTE: trailers\r\nUpgrade: h2c\r\nX-Keep: k\r\n"
            + "X-Forwarded-For: 9.9.9.9\r\nContent-Length: 2\r\n\r\nhi");
        string answer = await client.ReadMessageAsync();
        string request = await seen.Task;
        Assert.StartsWith("POST /p?q=1 HTTP/1.1\r\nHost: h\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Length: 2\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Keep: k\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Forwarded-For: 9.9.9.9, 127.0.0.1\r\n", request, StringComparison.Ordinal);
        foreach (string hop in new[] { "Connection:", "X-Secret", "TE:", "Upgrade:" }) Assert.DoesNotContain("\r\n" + hop, request, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("X-End: 2", answer, StringComparison.Ordinal);
        Assert.Contains("x-canario-revision: m-stable", answer, StringComparison.Ordinal);
        foreach (string hop in new[] { "X-Hop", "Keep-Alive", "forged" }) Assert.DoesNotContain(hop, answer, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc")]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 2\n\nok")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")]
    [InlineData("nonsense\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    public async Task An_ambiguous_response_is_a_502_and_its_connection_is_not_used_again(string response)
    {
        await using var server = new RawServer(async (c, index) =>
        {
            while ((await c.ReadMessageAsync()).Length > 0) await c.SendAsync(index == 0 ? response : RawServer.Ok("ok"));
        });
        await using var router = await RunningRouter.StartAsync(server.Port);
        await using var client = await router.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        string answer = await client.ReadMessageAsync();
        Assert.StartsWith("HTTP/1.1 502 ", answer, StringComparison.Ordinal);
        Assert.Contains("x-canario-error: " + Reasons.BadResponse, answer, StringComparison.Ordinal);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", await client.ReadMessageAsync(), StringComparison.Ordinal);
        Assert.Equal(2, server.Connections);
        await router.AssertCountAsync(1, "m-stable", 502);
    }

    [Fact]
    public async Task A_response_that_nobody_asked_for_is_never_given_to_the_next_client()
    {
        await using var server = new RawServer(async (c, index) =>
        {
            await c.ReadMessageAsync();
            await c.SendAsync(RawServer.Ok("first" + index) + RawServer.Ok("poison"));
            await c.WaitForEndAsync();
        });
        await using var router = await RunningRouter.StartAsync(server.Port);
        await using var client = await router.ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            Assert.EndsWith("first" + i, await client.ReadMessageAsync(), StringComparison.Ordinal);
        }
    }
}
