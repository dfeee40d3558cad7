using System.Net;

namespace Canario.Router.Tests;

/// <summary>Many requests at once: no byte is lost, added, or given to somebody else.</summary>
public sealed class LoadTests
{
    private const int Clients = 32;
    private const int Requests = 100_000;
    private static readonly byte[] s_bytes = RandomBytes();

    [Fact]
    public async Task A_hundred_thousand_bodies_of_any_size_and_framing_come_back_as_they_were_sent()
    {
        await using var server = await EchoServer.StartAsync();
        await using var router = await RunningRouter.StartAsync(server.Port);
        // It is about bytes, and never about time.
        await router.SplitAsync(100, c => c with { TimeoutMilliseconds = 60_000 });
        using var handler = new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = Clients };
        using var client = new HttpClient(handler) { BaseAddress = new Uri($"http://127.0.0.1:{router.Port}") };
        long answered = 0;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            byte[] received = new byte[s_bytes.Length];
            for (int i = 0; i < Requests / Clients; i++)
            {
                await AskAsync(client, random, received);
                Interlocked.Increment(ref answered);
            }
        })));
        Assert.Equal(Requests, answered);
        await router.AssertCountAsync(Requests, "m-stable", 200);
    }

    private static async Task AskAsync(HttpClient client, Random random, byte[] received)
    {
        // Mostly what fits a segment, sometimes more than any buffer on the way.
        int size = random.Next(20) == 0 ? random.Next(s_bytes.Length / 2) : random.Next(2_000);
        int start = random.Next(s_bytes.Length - size);
        using var request = new HttpRequestMessage(HttpMethod.Post, random.Next(2) == 0 ? "/chunked" : "/");
        using var content = new ByteArrayContent(s_bytes, start, size);
        request.Content = content;
        if (random.Next(2) == 0) request.Headers.TransferEncodingChunked = true;
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(RawConnection.Patience);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await using var body = await response.Content.ReadAsStreamAsync();
        int count = await body.ReadAtLeastAsync(received, received.Length, throwOnEndOfStream: false);
        Assert.True(s_bytes.AsSpan(start, size).SequenceEqual(received.AsSpan(0, count)), $"{size} bytes came back as {count}, or changed");
    }

    private static byte[] RandomBytes()
    {
        byte[] bytes = new byte[200_000];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
