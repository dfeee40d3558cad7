namespace Canario.OnnxRuntime;

/// <summary>What an ONNX file says about itself.</summary>
public sealed record OnnxModelMetadata(
    string Producer,
    string GraphName,
    string Domain,
    string Description,
    long Version,
    IReadOnlyDictionary<string, string> Custom);
