using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Canario.InferenceServer.Http;

/// <summary>
/// Requests are answered on the thread that saw their bytes arrive, which watches other connections too: what takes long leaves it, here and in <see cref="Execution.Executor"/>.
/// A client that sends without end keeps it to itself only until the connection's buffers are full: others have been seen to wait for 80 ms.
/// </summary>
internal static class SocketThread
{
    /// <summary>Reading a body of this many bytes as JSON takes about as long as a slow run.</summary>
    public const int LargeBody = 256 << 10;

    // A thread that has nothing to do sleeps; between requests that have come together only the framework's own work lies.
    private static readonly long s_betweenRequests = Stopwatch.Frequency / 10_000;

    // Kestrel keeps one context for all requests of a connection.
    [ThreadStatic]
    private static HttpContext? s_last;

    [ThreadStatic]
    private static long s_lastAt;

    /// <summary>Told when a request has been read.</summary>
    /// <param name="context">Of the request.</param>
    /// <param name="now">Timestamp.</param>
    /// <returns>Another connection's request was here just before: more have probably come with it.</returns>
    public static bool Take(HttpContext context, long now)
    {
        bool inCompany = !ReferenceEquals(context, s_last) && now - s_lastAt < s_betweenRequests;
        s_last = context;
        s_lastAt = now;
        return inCompany;
    }

    /// <summary>Told at a request's end, on whatever thread.</summary>
    public static void End(long now) => s_lastAt = now;

    /// <summary>The rest runs on the thread pool.</summary>
    public static ConfiguredTaskAwaitable LeaveAsync() => Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
}
