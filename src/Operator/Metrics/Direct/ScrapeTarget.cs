namespace Canario.Operator.Metrics.Direct;

/// <summary>A pod's metrics page.</summary>
/// <param name="Pod">The pod's UID: an address may be given to another pod later.</param>
/// <param name="Born">When the pod was made.</param>
sealed record ScrapeTarget(string Pod, string PodName, Uri Address, DateTimeOffset Born);
