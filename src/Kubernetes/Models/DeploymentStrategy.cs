namespace Canario.Kubernetes.Models;

/// <summary>How old pods give way to new ones.</summary>
public sealed record DeploymentStrategy
{
    /// <summary>RollingUpdate or Recreate.</summary>
    public string? Type { get; set; }
    public RollingUpdateDeployment? RollingUpdate { get; set; }
}
