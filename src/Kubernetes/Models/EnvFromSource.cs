namespace Canario.Kubernetes.Models;

/// <summary>All keys of a ConfigMap or Secret as variables.</summary>
public sealed record EnvFromSource
{
    public string? Prefix { get; set; }
    public OptionalReference? ConfigMapRef { get; set; }
    public OptionalReference? SecretRef { get; set; }
}
