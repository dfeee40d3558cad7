namespace Canario.Kubernetes.Ownership;

/// <summary>Of any kind, as far as ownership is concerned.</summary>
internal sealed record OwnedObject
{
    public OwnedMetadata Metadata { get; init; } = new();
}
