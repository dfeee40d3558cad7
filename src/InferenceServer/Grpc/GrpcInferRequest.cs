namespace Canario.InferenceServer.Grpc;

/// <summary>What a ModelInfer request said beside its tensors.</summary>
/// <param name="Id">To be echoed; empty: none given.</param>
/// <param name="Parameters">The request's parameters as they lay in the message, to be echoed.</param>
/// <param name="Outputs">The model's outputs in the order asked for; null: all.</param>
/// <param name="Raw">The tensors came as raw contents, and are answered so.</param>
internal readonly record struct GrpcInferRequest(string Id, byte[][] Parameters, int[]? Outputs, bool Raw);
