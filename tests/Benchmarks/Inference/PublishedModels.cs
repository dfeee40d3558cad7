namespace Canario.Benchmarks.Inference;

/// <summary>Models that others have published and measured.</summary>
internal static class PublishedModels
{
    private static readonly Lazy<byte[]> s_cls = new(() => File.ReadAllBytes(Path.Combine(
        BuildScript.Run("benchmark-models"), "node_modules", "@gutenye", "ocr-models", "assets", "ch_ppocr_mobile_v2.0_cls_infer.onnx")));

    /// <summary>PaddleOCR's classifier of a line's direction (0.6 MB, a convolutional network): x [n, 3, 48, 192] → probabilities [n, 2].</summary>
    public static byte[] Cls() => s_cls.Value;
}
