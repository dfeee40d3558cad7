namespace Canario.Contract;

/// <summary>Environment variables by which the operator configures an inference server. Each has a command-line option of the same meaning.</summary>
public static class InferenceEnvironment
{
    public const string Namespace = "CANARIO_NAMESPACE";
    public const string Model = "CANARIO_MODEL";
    public const string Revision = "CANARIO_REVISION";
    /// <summary><c>file:///…</c>, <c>http(s)://…</c> or <c>s3://…</c> of the ONNX file, <c>oci://…</c> or <c>models:/…</c> of what has it. <see cref="ModelFiles"/> lie beside it.</summary>
    public const string ModelUri = "CANARIO_MODEL_URI";
    /// <summary>Lower-case hex sha256 of the ONNX file; empty: not checked.</summary>
    public const string ModelSha256 = "CANARIO_MODEL_SHA256";
    /// <summary>Lower-case hex sha256 of metadata.json; empty: not checked.</summary>
    public const string MetadataSha256 = "CANARIO_METADATA_SHA256";
    /// <summary>Lower-case hex sha256 of baseline.json; empty: not checked.</summary>
    public const string BaselineSha256 = "CANARIO_BASELINE_SHA256";
    /// <summary>Lower-case hex sha256 of golden.json; empty: not checked.</summary>
    public const string GoldenSha256 = "CANARIO_GOLDEN_SHA256";
    /// <summary>Directory for downloaded models; an emptyDir in a pod.</summary>
    public const string CacheDirectory = "CANARIO_CACHE_DIRECTORY";
    /// <summary>Threads of one ONNX Runtime run; 0: ONNX Runtime's default.</summary>
    public const string Threads = "CANARIO_THREADS";
    /// <summary>Seconds between SIGTERM and the first refused connection, so that routers have seen the endpoint leave.</summary>
    public const string DrainSeconds = "CANARIO_DRAIN_SECONDS";
}
