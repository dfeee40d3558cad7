namespace Canario.Kubernetes.Models;

/// <summary>What a gateway's controller says of a route.</summary>
public sealed record RouteParentStatus
{
    public ParentReference? ParentRef { get; set; }
    public string? ControllerName { get; set; }
    public List<Condition>? Conditions { get; set; }
}
