namespace Canario.Kubernetes.Models;

/// <summary>Lets a pod onto tainted nodes.</summary>
public sealed record Toleration
{
    public string? Key { get; set; }
    public string? Operator { get; set; }
    public string? Value { get; set; }
    public string? Effect { get; set; }
    public long? TolerationSeconds { get; set; }
}
