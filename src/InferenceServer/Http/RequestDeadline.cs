using System.Globalization;
using Canario.InferenceServer.Tensors;
using Microsoft.Extensions.Primitives;

namespace Canario.InferenceServer.Http;

/// <summary>How long a client waits for its answer, where it says so: work that nobody waits for any more is not begun, and ended when it is under way.</summary>
internal sealed class RequestDeadline : IDisposable
{
    /// <summary>Milliseconds from now. Envoy, and so Istio and most gateways, send it with what is left of a route's timeout; there is no standard field.</summary>
    public const string Header = "x-envoy-expected-rq-timeout-ms";

    // Timers take no more than some weeks; who waits for longer waits for ever.
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(30);

    private readonly CancellationTokenSource _deadline;
    private readonly CancellationTokenSource _linked;

    private RequestDeadline(TimeSpan timeout, TimeProvider time, CancellationToken aborted)
    {
        _deadline = new CancellationTokenSource(timeout < s_longest ? timeout : s_longest, time);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(aborted, _deadline.Token);
    }

    /// <summary>Cancelled when the deadline passes, or the client goes.</summary>
    public CancellationToken Token => _linked.Token;

    /// <returns>Null: the client waits as long as it takes.</returns>
    /// <exception cref="RequestException">The header is no number of milliseconds.</exception>
    public static RequestDeadline? Begin(HttpContext context, TimeProvider time)
    {
        StringValues given = context.Request.Headers[Header];
        if (given.Count == 0) return null;
        return long.TryParse(given.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out long milliseconds) && milliseconds is > 0 and <= long.MaxValue / TimeSpan.TicksPerMillisecond
            ? new RequestDeadline(TimeSpan.FromMilliseconds(milliseconds), time, context.RequestAborted)
            : throw RequestException.Bad($"header {Header}: {TensorNames.Quote(given.ToString())} is not a whole number of milliseconds from 1");
    }

    /// <summary>What ended the request, seen by its client.</summary>
    public Exception Explain(Exception exception, CancellationToken aborted) =>
        exception is OperationCanceledException && _deadline.IsCancellationRequested && !aborted.IsCancellationRequested
            ? new RequestException(StatusCodes.Status504GatewayTimeout, "the deadline passed before the answer was ready")
            : exception;

    public void Dispose()
    {
        _linked.Dispose();
        _deadline.Dispose();
    }
}
