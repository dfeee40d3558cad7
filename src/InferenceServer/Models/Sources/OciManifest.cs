namespace Canario.InferenceServer.Models.Sources;

/// <summary>An image's or artifact's manifest, or an index of manifests, of the OCI or of Docker: only what is read of them.</summary>
internal sealed record OciManifest
{
    public string? MediaType { get; init; }
    public IReadOnlyList<OciDescriptor?>? Layers { get; init; }
    /// <summary>Of an index.</summary>
    public IReadOnlyList<OciDescriptor?>? Manifests { get; init; }
}
