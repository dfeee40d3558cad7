namespace Canario.Kubernetes.Ownership;

internal sealed record OwnedMetadata
{
    public string? ResourceVersion { get; init; }
    public IReadOnlyList<ManagedFieldsEntry>? ManagedFields { get; init; }
}
