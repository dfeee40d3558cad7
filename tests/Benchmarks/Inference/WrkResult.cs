namespace Canario.Benchmarks.Inference;

/// <summary>What wrk counted.</summary>
/// <param name="Requests">Answered.</param>
/// <param name="Rate">Requests a second.</param>
/// <param name="Failed">Not answered, or not with a 2xx.</param>
/// <param name="P50">Microseconds.</param>
/// <param name="P99">Microseconds.</param>
internal sealed record WrkResult(long Requests, double Rate, long Failed, double P50, double P99);
