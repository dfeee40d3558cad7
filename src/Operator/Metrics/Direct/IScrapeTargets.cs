using Canario.Kubernetes;

namespace Canario.Operator.Metrics.Direct;

/// <summary>Who is to be read.</summary>
interface IScrapeTargets
{
    /// <summary>Models whose gates are measured by reading pods, now or soon.</summary>
    IReadOnlyList<SampledGates> Models();

    /// <summary>Ready routers of a namespace.</summary>
    IReadOnlyList<ScrapeTarget> Routers(string ns);

    /// <summary>Ready pods of a model, of all of its revisions.</summary>
    IReadOnlyList<ScrapeTarget> Pods(ObjectKey model);
}
