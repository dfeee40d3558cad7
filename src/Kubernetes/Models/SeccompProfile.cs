namespace Canario.Kubernetes.Models;

/// <summary>System call filter.</summary>
public sealed record SeccompProfile
{
    /// <summary>RuntimeDefault, Unconfined or Localhost.</summary>
    public string? Type { get; set; }
    public string? LocalhostProfile { get; set; }
}
