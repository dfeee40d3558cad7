namespace Canario.Contract;

/// <summary>baseline.json: the distributions that training saw. Written by training, read by the inference server.</summary>
public sealed record ModelBaseline
{
    public int SchemaVersion { get; set; } = 1;
    /// <summary>Rows that the counts are from.</summary>
    public required long Samples { get; init; }
    public IReadOnlyList<BaselineHistogram> Features { get; set; } = [];
    /// <summary>By output name; for <c>probabilities</c> the histogram is of the predicted class, categorical.</summary>
    public IReadOnlyList<BaselineHistogram> Predictions { get; set; } = [];
}
