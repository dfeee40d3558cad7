namespace Canario.Contract;

/// <summary>What callers of a model rely on. An inference server tells its model's, and the operator compares a new revision's with what serves before it gets traffic.</summary>
public sealed record ModelContract
{
    public IReadOnlyList<TensorContract> Inputs { get; set; } = [];
    public IReadOnlyList<TensorContract> Outputs { get; set; } = [];
    /// <summary>Of metadata.json.</summary>
    public IReadOnlyList<FeatureSchema> Features { get; set; } = [];
    /// <summary>Of metadata.json: how <c>/predict</c> answers, with the classes.</summary>
    public IReadOnlyList<OutputSchema> Predictions { get; set; } = [];
}
