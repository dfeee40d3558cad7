using System.Runtime.CompilerServices;
using Canario.Loops;

namespace Canario.InferenceServer.Http;

/// <summary>
/// Requests are answered on the thread that saw their bytes arrive, which watches other connections too: what takes long leaves it, here and in <see cref="Execution.Executor"/>.
/// </summary>
internal static class SocketThread
{
    /// <summary>Reading a body of this many bytes as JSON takes about as long as a slow run.</summary>
    public const int LargeBody = 256 << 10;

    /// <summary>More has come together with this request, or waits for a thread: other requests, most probably.</summary>
    public static bool IsInCompany => EventLoop.Current is { } loop ? loop.Together > 1 : ThreadPool.PendingWorkItemCount > 0;

    /// <summary>The rest runs on the thread pool, until something is waited for that such a thread completes.</summary>
    public static ConfiguredTaskAwaitable LeaveAsync() =>
        Task.CompletedTask.ConfigureAwait(EventLoop.Current is null ? ConfigureAwaitOptions.None : ConfigureAwaitOptions.ForceYielding);
}
