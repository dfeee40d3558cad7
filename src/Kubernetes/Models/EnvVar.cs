namespace Canario.Kubernetes.Models;

/// <summary>One environment variable.</summary>
public sealed record EnvVar
{
    public string? Name { get; set; }
    public string? Value { get; set; }
    public EnvVarSource? ValueFrom { get; set; }
}
