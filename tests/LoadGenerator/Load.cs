namespace Canario.LoadGenerator;

/// <summary>Constant-rate HTTP/1.1 load, for the demo and for tests that say "no request fails while …".</summary>
public static class Load
{
    /// <summary>Starts to send and returns at once. An <see cref="ArgumentException"/> names the option that is not allowed.</summary>
    public static LoadRun Start(LoadOptions options, CancellationToken cancellation = default)
    {
        if (options.Problem() is { } problem)
            throw new ArgumentException(problem, nameof(options));
        return new LoadRun(options, cancellation);
    }

    /// <summary>As <see cref="Start"/>, and returns when the first request was answered with 2xx; throws <see cref="TimeoutException"/> with what happened instead after <paramref name="patience"/>.</summary>
    public static async Task<LoadRun> StartAsync(LoadOptions options, TimeSpan patience, CancellationToken cancellation = default)
    {
        var run = Start(options, cancellation);
        try
        {
            await run.FirstSuccess.WaitAsync(patience, options.TimeProvider, cancellation);
            return run;
        }
        catch (TimeoutException)
        {
            var report = await run.StopAsync();
            await run.DisposeAsync();
            throw new TimeoutException($"no answer from {options.Url} within {patience}: {string.Join("; ", report.FirstFailures.Take(3))}");
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
    }
}
