namespace Canario.Contract;

/// <summary>metadata.json: what the tensors of a model mean. Written by training, read by the inference server.</summary>
public sealed record ModelMetadata
{
    public int SchemaVersion { get; set; } = 1;
    public required string Name { get; init; }
    public string? Version { get; init; }
    public string? Description { get; init; }
    /// <summary>Named features, in any order. Empty: the model is called with tensors only.</summary>
    public IReadOnlyList<FeatureSchema> Features { get; set; } = [];
    public IReadOnlyList<OutputSchema> Outputs { get; set; } = [];
}
