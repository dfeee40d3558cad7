namespace Canario.Kubernetes.Models;

/// <summary>One reason of a refused object.</summary>
public sealed record StatusCause
{
    public string? Reason { get; set; }
    public string? Message { get; set; }
    /// <summary>Path such as spec.replicas.</summary>
    public string? Field { get; set; }
}
