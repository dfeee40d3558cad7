namespace Canario.Kubernetes.Models;

/// <summary>Phase of a namespace.</summary>
public sealed record NamespaceStatus
{
    /// <summary>Active or Terminating.</summary>
    public string? Phase { get; set; }
}
