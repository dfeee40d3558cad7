namespace Canario.LoadGenerator;

/// <summary>Milliseconds from when a request was due to its last byte, of answered requests; each at most 4.5 % above the true value, except Max, which is exact.</summary>
public sealed record LatencySummary(double P50, double P90, double P99, double P999, double Max);
