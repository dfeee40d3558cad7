using Canario.Kubernetes;
using Canario.Operator.Metrics.Gates;
using Canario.Rollouts;

namespace Canario.Operator.Metrics.Direct;

/// <summary>Counts what routers and models say of themselves: rollbacks for a cluster without Prometheus.</summary>
sealed class DirectSource(DirectSampler sampler) : IMetricSource
{
    public const string SourceName = Api.MetricSourceNames.Direct;

    public string Name => SourceName;

    public Task<Measurement> MeasureAsync(MetricTarget target, MeasureRequest request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (GateQueries.Find(request.Gate.Type, target.AtServers) is not { } query)
            return Task.FromResult<Measurement>(new ProviderError($"gates of type {request.Gate.Type} cannot be measured without Prometheus"));
        return Task.FromResult(sampler.Read(new ObjectKey(target.Namespace, target.Model), Measurement (sampled) =>
        {
            var candidate = query.BuildFilter(target.Namespace, target.Model, request.Candidate, request.Gate);
            if (sampled.Problems.TryGetValue(SampledModel.Source(candidate.Names[0]), out var problem))
                return new ProviderError(problem);
            var stable = query.BuildFilter(target.Namespace, target.Model, request.Stable, request.Gate);
            return query.Measure(request, Window(sampled, candidate, request.CandidateFrom, now), Window(sampled, stable, request.StableFrom, request.StableUntil ?? now));
        }));
    }

    private static RevisionWindow Window(SampledModel sampled, SeriesFilter filter, DateTimeOffset from, DateTimeOffset until) =>
        new(until <= from ? [] : sampled.Find(filter, until), SampledModel.Seconds(from));
}
