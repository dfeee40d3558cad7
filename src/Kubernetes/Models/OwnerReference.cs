namespace Canario.Kubernetes.Models;

/// <summary>Points at the object that owns this one; the garbage collector deletes dependents of a deleted owner.</summary>
public sealed record OwnerReference
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public string? Name { get; set; }
    public string? Uid { get; set; }
    /// <summary>At most one owner is the controller.</summary>
    public bool? Controller { get; set; }
    public bool? BlockOwnerDeletion { get; set; }
}
