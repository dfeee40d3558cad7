namespace Canario.InferenceServer.Predict;

/// <summary>What an output means.</summary>
internal enum OutputKind
{
    Value,
    Probabilities,
    Label,
}
