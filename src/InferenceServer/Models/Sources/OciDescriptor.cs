namespace Canario.InferenceServer.Models.Sources;

/// <summary>One blob or manifest that a manifest names.</summary>
internal sealed record OciDescriptor
{
    // What ORAS and others name a layer's file with, and what ORAS marks a packed folder with.
    private const string TitleAnnotation = "org.opencontainers.image.title";
    private const string UnpackAnnotation = "io.deis.oras.content.unpack";

    public string? MediaType { get; init; }
    public string? Digest { get; init; }
    public long Size { get; init; }
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
    public OciPlatform? Platform { get; init; }

    /// <summary>Name of the file, perhaps with a path; empty: it has none.</summary>
    public string Title => Annotations?.GetValueOrDefault(TitleAnnotation) ?? "";

    /// <summary>A layer of an image, or a packed folder.</summary>
    public bool IsArchive => MediaType?.Contains("tar", StringComparison.Ordinal) == true && (Title.Length == 0 || Annotations?.GetValueOrDefault(UnpackAnnotation) == "true");
}
