namespace Canario.Kubernetes.Models;

/// <summary>Who gets a role.</summary>
public sealed record Subject
{
    public string? ApiGroup { get; set; }
    public string? Kind { get; set; }
    public string? Name { get; set; }
    public string? Namespace { get; set; }
}
