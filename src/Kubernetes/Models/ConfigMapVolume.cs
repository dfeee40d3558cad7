namespace Canario.Kubernetes.Models;

/// <summary>A ConfigMap's keys as files.</summary>
public sealed record ConfigMapVolume
{
    public string? Name { get; set; }
    public IReadOnlyList<KeyToPath>? Items { get; set; }
    public int? DefaultMode { get; set; }
    public bool? Optional { get; set; }
}
