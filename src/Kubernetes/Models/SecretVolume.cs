namespace Canario.Kubernetes.Models;

/// <summary>A Secret's keys as files.</summary>
public sealed record SecretVolume
{
    public string? SecretName { get; set; }
    public IReadOnlyList<KeyToPath>? Items { get; set; }
    public int? DefaultMode { get; set; }
    public bool? Optional { get; set; }
}
