namespace Canario.InferenceServer.V2;

/// <summary>What an infer request said beside its tensors.</summary>
/// <param name="Id">To be echoed; null: none given.</param>
/// <param name="Parameters">The request's own <c>parameters</c> as JSON, to be echoed; null: none given.</param>
/// <param name="Outputs">The model's outputs in the order asked for; null: all.</param>
/// <param name="BinaryChoices">For each of <paramref name="Outputs"/>, whether it is wanted as raw bytes; null: not said.</param>
/// <param name="BinaryByDefault">What holds for outputs for which nothing is said.</param>
internal readonly record struct V2Request(string? Id, byte[]? Parameters, int[]? Outputs, bool?[]? BinaryChoices, bool BinaryByDefault)
{
    /// <param name="position">In the order of the answered outputs.</param>
    public bool IsBinary(int position) => BinaryChoices?[position] ?? BinaryByDefault;
}
