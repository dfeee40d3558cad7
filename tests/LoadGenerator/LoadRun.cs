using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Canario.Contract;

namespace Canario.LoadGenerator;

/// <summary>Load under way.</summary>
public sealed class LoadRun : IAsyncDisposable
{
    private const int MaxResponseBytes = 1 << 20;

    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(3);

    private readonly LoadOptions options;
    private readonly HttpClient client;
    private readonly Counters counters = new();
    private readonly CancellationTokenSource stop;
    private readonly TaskCompletionSource firstSuccess = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[][] bodies;
    private readonly long started;
    // One for the scheduler itself, so that the count reaches 0 only after the last request was scheduled.
    private int underWay = 1;
    private long ended;
    private bool disposed;

    internal LoadRun(LoadOptions options, CancellationToken cancellation)
    {
        this.options = options;
        bodies = [.. options.Bodies.Select(Encoding.UTF8.GetBytes)];
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectTimeout = s_connectTimeout,
            PooledConnectionLifetime = options.ConnectionLifetime,
            MaxConnectionsPerServer = options.InFlightBound,
        };
        if (options.Source is { } source) handler.ConnectCallback = (context, token) => ConnectFromAsync(source, context.DnsEndPoint, token);
        client = new HttpClient(handler)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = MaxResponseBytes,
        };
        stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        started = options.TimeProvider.GetTimestamp();
        Completion = RunAsync();
    }

    /// <summary>Ends when the duration is over, or the run stopped, and the last answer is there.</summary>
    public Task<LoadReport> Completion { get; }

    /// <summary>Ends with the first answer of 2xx.</summary>
    public Task FirstSuccess => firstSuccess.Task;

    public LoadReport Snapshot() =>
        counters.Report(ended == 0 ? Elapsed : options.TimeProvider.GetElapsedTime(started, ended));

    /// <summary>Sends no more, waits for the answers under way, and returns the final counters.</summary>
    public async Task<LoadReport> StopAsync()
    {
        if (!Completion.IsCompleted)
            await stop.CancelAsync();
        return await Completion;
    }

    public async ValueTask DisposeAsync()
    {
        if (disposed)
            return;
        disposed = true;
        await StopAsync();
        client.Dispose();
        stop.Dispose();
    }

    private TimeSpan Elapsed => options.TimeProvider.GetElapsedTime(started);

    private async Task<LoadReport> RunAsync()
    {
        await Task.Yield();
        var draw = new BodyDraw(options.Seed, bodies.Length);
        for (long i = 0; !stop.IsCancellationRequested; i++)
        {
            var due = TimeSpan.FromSeconds(i / options.Rate);
            if (due >= options.Duration)
                break;
            var wait = due - Elapsed;
            // Timers tick in milliseconds; what is due within one is sent now.
            if (wait > TimeSpan.FromMilliseconds(1))
                await Task.Delay(wait, options.TimeProvider, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested)
                break;
            counters.Due(Elapsed - due);
            if (Volatile.Read(ref underWay) > options.InFlightBound)
                counters.Lost("not sent", $"{options.InFlightBound} requests under way", Elapsed);
            else
                _ = SendCountedAsync(due, draw.Next());
        }
        ended = options.TimeProvider.GetTimestamp();
        Leave();
        await idle.Task;
        return Snapshot();
    }

    private async Task SendCountedAsync(TimeSpan due, int body)
    {
        Interlocked.Increment(ref underWay);
        try
        {
            await SendAsync(due, body);
        }
        finally
        {
            Leave();
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref underWay) == 0)
            idle.TrySetResult();
    }

    private async Task SendAsync(TimeSpan due, int body)
    {
        using var deadline = new CancellationTokenSource(options.Timeout, options.TimeProvider);
        try
        {
            using var request = Request(body);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseContentRead, deadline.Token);
            var failure = response.IsSuccessStatusCode ? null : Failure(response);
            counters.Answered((int)response.StatusCode, Header(response, Headers.Revision) ?? LoadReport.NoRevision, Elapsed - due, failure, Elapsed);
            if (failure is null)
                firstSuccess.TrySetResult();
        }
        catch (OperationCanceledException) when (!deadline.IsCancellationRequested)
        {
            counters.Lost("connect", $"no connection within {s_connectTimeout.TotalSeconds} s", Elapsed);
        }
        catch (OperationCanceledException)
        {
            counters.Lost("timeout", $"no complete answer within {options.Timeout.TotalSeconds} s", Elapsed);
        }
        catch (HttpRequestException e)
        {
            counters.Lost(e.HttpRequestError == HttpRequestError.ConnectionError ? "connect" : "broken", (e.InnerException ?? e).Message, Elapsed);
        }
        catch (Exception e)
        {
            counters.Lost("broken", e.Message, Elapsed);
        }
    }

    private static async ValueTask<Stream> ConnectFromAsync(IPAddress source, DnsEndPoint target, CancellationToken cancellation)
    {
        var socket = new Socket(source.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(source, 0));
            await socket.ConnectAsync(target, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private HttpRequestMessage Request(int body)
    {
        var request = new HttpRequestMessage(body < 0 ? HttpMethod.Get : HttpMethod.Post, options.Url)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (body >= 0)
        {
            request.Content = new ByteArrayContent(bodies[body]);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }
        return request;
    }

    private static string Failure(HttpResponseMessage response) =>
        Header(response, Headers.RouterError) is { } reason ? $"status {(int)response.StatusCode} ({reason})" : $"status {(int)response.StatusCode}";

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
