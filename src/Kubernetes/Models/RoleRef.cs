namespace Canario.Kubernetes.Models;

/// <summary>Which role is given; immutable.</summary>
public sealed record RoleRef
{
    public string? ApiGroup { get; set; }
    public string? Kind { get; set; }
    public string? Name { get; set; }
}
