using System.Text;

namespace Canario.Router.Tests;

/// <summary>Requests that nobody meant: each is answered or its connection closed, and the router goes on.</summary>
public sealed class FuzzTests
{
    private const int Cases = 3_000;
    private const int AtOnce = 150;
    // What is left unfinished ends by the router's limits.
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(200);
    private static readonly string[] s_requests =
    [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /v2/models/m/infer?x=1 HTTP/1.1\r\nHost: a:80\r\nContent-Type: application/json\r\nContent-Length: 5\r\nConnection: keep-alive, x-hop\r\nX-Hop: 1\r\n\r\nhello",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n5;a=b\r\nhello\r\n0\r\nT: x\r\n\r\n",
        "GET http://a/ HTTP/1.0\r\nX-Forwarded-For: 1.2.3.4\r\nx-request-id: abc\r\n\r\n",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Mutated_and_random_requests_never_harm_the_router(int seed)
    {
        await using var server = await EchoServer.StartAsync();
        await using var router = await RunningRouter.StartAsync(
            o => o with { Client = o.Client with { IdleTimeout = s_short, HeadTimeout = s_short, Grace = s_short, Linger = s_short } },
            server.Port);
        var random = new Random(seed);
        for (int i = 0; i < Cases; i += AtOnce) await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Make(random)).ToArray().Select(bytes => TryAsync(router, bytes)));
        // Its patience is that of the fuzz: a stall of this machine may cost a connection, and the next one lives.
        await Wait.ForAsync(async () => await AnswersAsync(router), "it answers");
    }

    private static async Task<bool> AnswersAsync(RunningRouter router)
    {
        await using var client = await router.ConnectAsync();
        try
        {
            await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nalive");
            return (await client.ReadMessageAsync()).EndsWith("alive", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task TryAsync(RunningRouter router, byte[] request)
    {
        await using var client = await router.ConnectAsync();
        try
        {
            await client.Stream.WriteAsync(request);
        }
        catch (IOException)
        {
            // Closed before it was all sent.
        }
        string answer = await client.ReadToEndAsync();
        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal), $"{Encoding.Latin1.GetString(request)}\n->\n{answer}");
    }

    private static byte[] Make(Random random)
    {
        if (random.Next(10) == 0)
        {
            byte[] noise = new byte[random.Next(1, 2_000)];
            random.NextBytes(noise);
            return noise;
        }
        var bytes = new List<byte>();
        for (int i = random.Next(1, 4); i > 0; i--) bytes.AddRange(Encoding.Latin1.GetBytes(s_requests[random.Next(s_requests.Length)]));
        for (int i = random.Next(1, 6); i > 0 && bytes.Count > 1; i--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes.RemoveAt(at); break;
                case 2: bytes.Insert(at, "\r\n\0 \t:;,0"u8[random.Next(9)]); break;
                case 3: bytes.InsertRange(at, bytes.GetRange(at, random.Next(Math.Min(40, bytes.Count - at)))); break;
                default: bytes.RemoveRange(at, random.Next(Math.Min(20, bytes.Count - at))); break;
            }
        }
        return [.. bytes];
    }
}
