using System.Collections.Concurrent;
using Canario.Contract;
using Canario.Kubernetes;
using Canario.Operator.Metrics.Direct;

namespace Canario.Operator.Metrics.Drift;

/// <summary>Reads the pods of a revision itself, where there is no Prometheus.</summary>
sealed class DirectDrift(Func<ObjectKey, string, IReadOnlyList<ScrapeTarget>> podsOf, HttpClient http, TimeProvider time)
{
    /// <summary>Pods read at a look: requests go to them by chance, so that some are a fair sample of many.</summary>
    private const int MostPods = 16;

    private static readonly HashSet<string> s_read = new(StringComparer.Ordinal)
    {
        MetricNames.FeatureValues, MetricNames.FeatureBaseline, MetricNames.PredictionValues, MetricNames.PredictionBaseline, MetricNames.FeedbackPredictions,
    };

    private readonly ConcurrentDictionary<ObjectKey, SeenCounts> _seen = new();

    public async Task<DriftReading> ReadAsync(ObjectKey model, string revision, TimeSpan window, CancellationToken cancellationToken)
    {
        // The same ones each time: their counters are what the next look counts from.
        var pods = podsOf(model, revision).OrderBy(pod => pod.Pod, StringComparer.Ordinal).Take(MostPods).ToList();
        if (pods.Count == 0)
            return DriftReading.Failed($"no pod of {revision} is ready");
        var begun = time.GetUtcNow();
        var pages = await Task.WhenAll(pods.Select(pod => MetricsPage.ReadAsync(http, pod, s_read.Contains, cancellationToken)));
        var problem = pages.Select(page => page.Problem).FirstOrDefault(p => p is not null);
        if (pages.All(page => page.Lines is null))
            return DriftReading.Failed(problem ?? "nothing could be read");
        var seen = _seen.AddOrUpdate(model, _ => new SeenCounts(revision, begun), (_, known) => known.Revision == revision ? known : new SeenCounts(revision, begun));
        var now = time.GetUtcNow();
        foreach (var (pod, page) in pods.Zip(pages).Where(read => read.Second.Lines is not null))
            seen.Add(pod, page.Lines!.Where(line => IsOf(line, model, revision)), window, now);
        seen.Keep([.. pods.Select(pod => pod.Pod)], window, now);
        return seen.Read();
    }

    public void Forget(ObjectKey model) => _seen.TryRemove(model, out _);

    private static bool IsOf(ScrapedSeries line, ObjectKey model, string revision)
    {
        var matches = 0;
        foreach (var (name, value) in line.Labels)
        {
            matches += name switch
            {
                MetricLabels.Namespace when value == model.Namespace => 1,
                MetricLabels.Model when value == model.Name => 1,
                MetricLabels.Revision when value == revision => 1,
                _ => 0,
            };
        }

        return matches == 3;
    }
}
