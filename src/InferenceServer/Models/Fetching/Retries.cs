using Canario.Contract;
using Canario.InferenceServer.Configuration;

namespace Canario.InferenceServer.Models.Fetching;

/// <summary>Which failures may pass, how often one tries again and how long one waits before.</summary>
internal sealed partial class Retries(ServerOptions options, TimeProvider time, ILogger logger)
{
    // A server that sends nothing for so long has died; the attempt ends and the next one begins.
    public static TimeSpan Stall { get; } = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_firstBackOff = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_longestBackOff = TimeSpan.FromSeconds(15);

    public static bool IsTransient(Exception e) => e is HttpRequestException or OperationCanceledException || e is IOException and not FileNotFoundException;

    /// <summary>A refusal stays one; only these may be different in a moment.</summary>
    public static bool IsTransient(int status) => status is 408 or 425 or 429 or >= 500;

    /// <summary>Waits before the next attempt.</summary>
    /// <param name="source">For people.</param>
    /// <param name="failures">Attempts that failed so far.</param>
    /// <param name="reason">Why the last one failed.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ModelLoadException">These were all.</exception>
    public async Task WaitAsync(string source, int failures, Exception reason, CancellationToken cancellation)
    {
        string text = reason is OperationCanceledException ? $"nothing came for {Stall.TotalSeconds} s" : Explain(reason);
        if (failures >= options.FetchAttempts) throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{source} could not be fetched in {failures} attempts: {text}");
        TimeSpan delay = BackOff(failures);
        Log.Retrying(logger, source, failures, text, delay.TotalMilliseconds);
        await Task.Delay(delay, time, cancellation);
    }

    /// <summary>The innermost reason is the one that people know: a name that does not resolve, a certificate that is not trusted.</summary>
    private static string Explain(Exception e) => e.InnerException is { } inner && !e.Message.Contains(inner.Message, StringComparison.Ordinal) ? $"{e.Message} {Explain(inner)}" : e.Message;

    private static TimeSpan BackOff(int failures)
    {
        double doubled = s_firstBackOff.TotalMilliseconds * Math.Pow(2, failures - 1);
#pragma warning disable CA5394 // Spreads retries of many pods; nothing secret.
        double jittered = Math.Min(doubled, s_longestBackOff.TotalMilliseconds) * (0.75 + Random.Shared.NextDouble() / 2);
#pragma warning restore CA5394
        return TimeSpan.FromMilliseconds(jittered);
    }

    private static partial class Log
    {
        [LoggerMessage(3, LogLevel.Warning, "Fetching {Source} failed at attempt {Attempt}: {Reason}; again in {DelayMilliseconds} ms")]
        public static partial void Retrying(ILogger logger, string source, int attempt, string reason, double delayMilliseconds);
    }
}
