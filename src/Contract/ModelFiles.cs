namespace Canario.Contract;

/// <summary>Files that travel with a model, beside the ONNX file.</summary>
public static class ModelFiles
{
    public const string Model = "model.onnx";
    /// <summary><see cref="ModelMetadata"/> as JSON. Optional.</summary>
    public const string Metadata = "metadata.json";
    /// <summary><see cref="ModelBaseline"/> as JSON. Optional; without it there are no drift metrics.</summary>
    public const string Baseline = "baseline.json";
    /// <summary><see cref="ModelGolden"/> as JSON. Optional; with it the model must answer these requests right before it is ready.</summary>
    public const string Golden = "golden.json";
}
