using Canario.Contract;
using Canario.Kubernetes;
using Canario.Rollouts;

namespace Canario.Operator.Metrics.Direct;

/// <summary>
/// Reads the metrics pages of the routers, and of models whose distributions are watched, for as long as a rollout is under way: at rest nothing is read. What it has read is memory of this
/// process: after a restart evidence is gathered anew from the counters as they stand then, so a gate waits longer and never counts anything twice.
/// </summary>
sealed class DirectSampler(IScrapeTargets targets, HttpClient http, TimeProvider time, ILogger logger)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private const int AtOnce = 8;

    private static readonly HashSet<string> s_read = new(StringComparer.Ordinal)
    {
        MetricNames.RouterRequests, MetricNames.RouterDuration + "_bucket",
        MetricNames.InferenceRequests, MetricNames.InferenceDuration + "_bucket",
        MetricNames.ShadowPairs, MetricNames.ShadowDifference + "_sum", MetricNames.ShadowDifference + "_count", MetricNames.ShadowSquaredDifference, MetricNames.ShadowLargestDifference, MetricNames.ShadowRankBlocks, MetricNames.ShadowRankDistance,
        MetricNames.ShadowSlicePairs, MetricNames.ShadowSliceNumbers, MetricNames.ShadowSliceDifference, MetricNames.ShadowSliceLargestDifference, MetricNames.ShadowSliceRankBlocks, MetricNames.ShadowSliceRankDistance,
        MetricNames.PredictionValues, MetricNames.PredictionBaseline, MetricNames.FeatureValues, MetricNames.FeatureBaseline,
        MetricNames.PredictionConfidence + "_sum", MetricNames.PredictionConfidence + "_count",
        MetricNames.FeedbackPredictions, MetricNames.FeedbackValues, MetricNames.FeedbackAbsoluteError, MetricNames.FeedbackSquaredError,
    };

    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, SampledModel> _models = [];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                await SampleAsync(cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // The gates hear of it as of no data; the next look may do better.
                Log.SamplingBroke(logger, e);
            }
        }
    }

    public Measurement Read(ObjectKey model, Func<SampledModel, Measurement> read)
    {
        lock (_lock)
            return _models.TryGetValue(model, out var sampled) ? read(sampled) : NoData.Instance;
    }

    /// <summary>One look at every page.</summary>
    public async Task SampleAsync(CancellationToken cancellationToken)
    {
        var wanted = targets.Models();
        lock (_lock)
        {
            foreach (var over in _models.Keys.Except(wanted.Select(w => w.Model)).ToList())
                _models.Remove(over);
            foreach (var (model, _, _) in wanted)
                _models.TryAdd(model, new SampledModel(time.GetUtcNow()));
        }

        var all = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(wanted.Where(w => w.NeedsRouters).GroupBy(w => w.Model.Namespace), all, async (ns, token) =>
            await SampleAsync(Labels.ComponentRouter, [.. ns.Select(w => w.Model)], targets.Routers(ns.Key), token));
        await Parallel.ForEachAsync(wanted.Where(w => w.NeedsPods), all, async (one, token) =>
            await SampleAsync(Labels.ComponentModel, [one.Model], targets.Pods(one.Model), token));
    }

    private async Task SampleAsync(string source, IReadOnlyList<ObjectKey> models, IReadOnlyList<ScrapeTarget> pods, CancellationToken cancellationToken)
    {
        var problems = await Task.WhenAll(pods.Select(pod => SampleAsync(pod, models, cancellationToken)));
        // One that answers is a fair sample of all: they get requests by chance.
        var problem = pods.Count == 0 ? $"no {source} pod is ready" : problems.Contains(null) ? null : problems[0];
        lock (_lock)
        {
            foreach (var sampled in models.Select(m => _models.GetValueOrDefault(m)).OfType<SampledModel>())
            {
                if (problem is null)
                    sampled.Problems.Remove(source);
                else
                    sampled.Problems[source] = problem;
            }
        }
    }

    /// <returns>Why it could not be read; null: it was.</returns>
    private async Task<string?> SampleAsync(ScrapeTarget pod, IReadOnlyList<ObjectKey> models, CancellationToken cancellationToken)
    {
        var (lines, problem) = await MetricsPage.ReadAsync(http, pod, s_read.Contains, cancellationToken);
        if (lines is null)
            return problem;
        var page = lines.ToLookup(ModelOf);
        var now = time.GetUtcNow();
        lock (_lock)
        {
            foreach (var model in models)
                _models.GetValueOrDefault(model)?.Add(pod, page[model], now);
        }

        return null;
    }

    private static ObjectKey ModelOf(ScrapedSeries line) => new(Find(line, MetricLabels.Namespace), Find(line, MetricLabels.Model));

    private static string Find(ScrapedSeries line, string label)
    {
        foreach (var (name, value) in line.Labels)
        {
            if (name == label)
                return value;
        }

        return "";
    }
}
