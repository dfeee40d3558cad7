namespace Canario.Operator.Metrics;

/// <summary>Whose metrics, and where they are asked for.</summary>
/// <param name="Source">Name of the metric source.</param>
/// <param name="Address">Base address of the provider; null: none is configured.</param>
/// <param name="Timeout">Of one query.</param>
/// <param name="Authorization">Value of the Authorization header; null: none is sent. Never logged.</param>
/// <param name="Problem">Why the provider cannot be asked at all, such as a missing Secret.</param>
/// <param name="AtServers">No router of Canario's counts this model's requests: the inference servers do.</param>
sealed record MetricTarget(string Source, string Namespace, string Model, Uri? Address, TimeSpan Timeout, string? Authorization = null, string? Problem = null, bool AtServers = false);
