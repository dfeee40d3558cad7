using Canario.Statistics;

namespace Canario.Rollouts;

/// <summary>One feature's or output's counts in the window, and those of the training.</summary>
public sealed record DriftSample(DriftKind Kind, string Name, Histogram Now, Histogram Baseline);
