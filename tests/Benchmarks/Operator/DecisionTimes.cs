namespace Canario.Benchmarks.Operator;

/// <summary>One change of weight, in milliseconds.</summary>
/// <param name="Bare">A write of a ConfigMap to the same API server just before, by itself: what the machine allows at this moment.</param>
/// <param name="Decided">From the command's write to the weight's watch event in status. The others count from that event.</param>
/// <param name="Told">To the watch event of the router's ConfigMap; it may come first.</param>
/// <param name="Acknowledged">Until the router says that it serves the weight.</param>
/// <param name="Followed">Until a user's request is answered by the other side.</param>
internal sealed record DecisionTimes(double Bare, double Decided, double Told, double Acknowledged, double Followed);
