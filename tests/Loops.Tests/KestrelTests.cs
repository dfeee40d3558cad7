using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Canario.Loops.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Canario.Loops.Tests;

/// <summary>Kestrel on the transport, as clients see it.</summary>
public sealed class KestrelTests : IAsyncLifetime
{
    private readonly WebApplication _app;
    private int _answered;
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public KestrelTests()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.ListenAnyIP(0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(new SharedEndPoint(null, 0), listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, SharedPool>();
        builder.Services.AddSingleton<IConnectionListenerFactory, LoopTransport>();
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    private int Port => new Uri(_app.Urls.First()).Port;

    private int SharedPort => new Uri(_app.Urls.Last()).Port;

    public Task InitializeAsync() => _app.StartAsync();

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task Connections_that_come_and_go_are_all_answered()
    {
        // Descriptors are used again and again while their loops still hear of those that had them before.
        await Parallel.ForEachAsync(Enumerable.Range(0, 3000), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            using Socket socket = await ConnectAsync();
            string body = new('x', i % 9000);
            bool leaves = i % 3 == 0;
            await socket.SendAsync(Post("/echo", body, leaves ? "Connection: close\r\n" : ""));
            string answer = await ReadAsync(socket, body.Length);
            Assert.EndsWith("\r\n\r\n" + body, answer, StringComparison.Ordinal);
            if (i % 5 == 0) socket.LingerState = new LingerOption(true, 0);
        });
    }

    [Fact]
    public async Task A_client_whose_requests_never_end_leaves_time_for_the_others()
    {
        using Socket greedy = await ConnectAsync();
        // One of them on each loop.
        Socket[] others = await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => ConnectAsync()));
        byte[] many = [.. Enumerable.Repeat(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), 2000).SelectMany(bytes => bytes)];
        using var stop = new CancellationTokenSource();
        Task asking = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested) await greedy.SendAsync(many);
        });
        Task reading = Task.Run(async () =>
        {
            byte[] room = new byte[1 << 16];
            while (await greedy.ReceiveAsync(room) > 0)
            {
            }
        });

        List<int>[] between = [.. others.Select(_ => new List<int>())];
        for (int i = 0; i < 200; i++)
        {
            for (int other = 0; other < others.Length; other++)
            {
                int before = Volatile.Read(ref _answered);
                await others[other].SendAsync(Post("/echo", "hello"));
                await ReadAsync(others[other], 5);
                between[other].Add(Volatile.Read(ref _answered) - before);
            }
        }

        stop.Cancel();
        await asking;
        greedy.Dispose();
        await Assert.ThrowsAnyAsync<Exception>(() => reading);
        foreach (Socket other in others) other.Dispose();
        // A block has 151 of its requests, and a request takes two of 32 reads in a row. Of the one that shares its loop, and of its quicker ones: this thread waits for a core too.
        Assert.InRange(between.Max(counts => counts.Order().ElementAt(counts.Count / 4)), 1, 1000);
    }

    [Fact]
    public async Task A_client_that_leaves_ends_its_request()
    {
        using Socket socket = await ConnectAsync();
        await socket.SendAsync(Post("/wait", "hello"));
        await Task.Delay(100);
        Assert.False(_aborted.Task.IsCompleted);
        socket.Dispose();
        await _aborted.Task.WaitAsync(Pair.Soon());
    }

    [Fact]
    public async Task Many_requests_on_one_connection_are_answered_side_by_side()
    {
        using var client = new HttpClient(new SocketsHttpHandler { EnableMultipleHttp2Connections = false })
        {
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        await Parallel.ForEachAsync(Enumerable.Range(0, 2000), new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, cancellation) =>
        {
            string body = new((char)('a' + (i % 26)), i * 7 % 20_000);
            using HttpResponseMessage answer = await client.PostAsync(new Uri($"http://127.0.0.1:{SharedPort}/echo"), new StringContent(body), cancellation);
            Assert.Equal(body, await answer.Content.ReadAsStringAsync(cancellation));
        });
    }

    [Fact]
    public async Task At_the_end_connections_that_wait_for_nothing_are_closed_at_once()
    {
        using Socket idle = await ConnectAsync();
        await idle.SendAsync(Post("/echo", "hello"));
        await ReadAsync(idle, 5);
        using Socket never = await ConnectAsync();
        long start = Stopwatch.GetTimestamp();
        await _app.StopAsync(Pair.Soon());

        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(5));
        Assert.Equal(0, await idle.ReceiveAsync(new byte[10], SocketFlags.None, Pair.Soon()));
        Assert.Equal(0, await never.ReceiveAsync(new byte[10], SocketFlags.None, Pair.Soon()));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told()
    {
        using LoopTransport another = Pair.NewTransport();
        await Assert.ThrowsAsync<AddressInUseException>(async () => await another.BindAsync(new IPEndPoint(IPAddress.IPv6Any, Port)));
        await Assert.ThrowsAsync<SocketException>(async () => await another.BindAsync(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0)));
        Assert.False(another.IsBound);
    }

    private static byte[] Post(string path, string body, string headers = "") =>
        Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: {body.Length}\r\n\r\n{body}");

    private static async Task<string> ReadAsync(Socket socket, int bodyBytes)
    {
        var got = new StringBuilder();
        byte[] room = new byte[1 << 16];
        while (got.ToString().IndexOf("\r\n\r\n", StringComparison.Ordinal) is var end && (end < 0 || got.Length < end + 4 + bodyBytes))
        {
            int count = await socket.ReceiveAsync(room, SocketFlags.None, Pair.Soon());
            Assert.True(count > 0, $"the connection ended after: {got}");
            got.Append(Encoding.ASCII.GetString(room, 0, count));
        }

        return got.ToString();
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, Port);
        return socket;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path == "/wait")
        {
            context.RequestAborted.Register(() => _aborted.TrySetResult());
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        Interlocked.Increment(ref _answered);
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body.GetBuffer().AsMemory(0, (int)body.Length));
    }
}
