namespace Canario.InferenceServer.V2;

/// <summary>What an infer request said beside its tensors.</summary>
/// <param name="Id">To be echoed; null: none given.</param>
/// <param name="Outputs">Indices of the model's outputs in the order asked for; null: all.</param>
internal readonly record struct V2Request(string? Id, int[]? Outputs);
