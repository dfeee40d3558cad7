namespace Canario.Operator.Metrics.Direct;

/// <summary>One look at a pod's metrics page.</summary>
static class MetricsPage
{
    /// <summary>Of one page. A pod that does not answer must not make the others' samples old.</summary>
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(2);

    /// <summary>5,000 models with some 20 lines a router, or 100 features of 20 bins.</summary>
    private const int MaxBytes = 32 << 20;

    /// <returns>The lines, or why they could not be read.</returns>
    public static async Task<(List<ScrapedSeries>? Lines, string? Problem)> ReadAsync(HttpClient http, ScrapeTarget pod, Func<string, bool> chosen, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_timeout);
        try
        {
            using var response = await http.GetAsync(pod.Address, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (!response.IsSuccessStatusCode)
                return (null, $"pod {pod.PodName}: {pod.Address} answers {(int)response.StatusCode}");
            await response.Content.LoadIntoBufferAsync(MaxBytes, limit.Token);
            return (Exposition.Read(await response.Content.ReadAsStringAsync(limit.Token), chosen), null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, $"pod {pod.PodName}: {pod.Address} does not answer within {s_timeout.TotalSeconds} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException)
        {
            return (null, $"pod {pod.PodName}: {pod.Address}: {e.Message}");
        }
    }
}
