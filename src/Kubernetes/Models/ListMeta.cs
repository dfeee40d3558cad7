namespace Canario.Kubernetes.Models;

/// <summary>Metadata of a list: where a watch may start and how the next page is asked for.</summary>
public sealed record ListMeta
{
    public string? ResourceVersion { get; set; }
    /// <summary>Opaque; empty on the last page. Expires after some minutes (410 Gone).</summary>
    public string? Continue { get; set; }
    public long? RemainingItemCount { get; set; }
}
