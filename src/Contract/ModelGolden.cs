namespace Canario.Contract;

/// <summary>golden.json: requests that a model must answer right before it gets any other. Written by training, read by the inference server.</summary>
public sealed record ModelGolden
{
    public int SchemaVersion { get; set; } = 1;
    /// <summary>A number may differ from the expected one by this much, or by this share of it where it is larger than 1.</summary>
    public double Tolerance { get; set; } = 1e-4;
    public IReadOnlyList<GoldenRequest> Requests { get; set; } = [];
}
