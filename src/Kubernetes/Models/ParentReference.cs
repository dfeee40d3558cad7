namespace Canario.Kubernetes.Models;

/// <summary>The Gateway that a route belongs to.</summary>
public sealed record ParentReference
{
    public string? Group { get; set; }
    public string? Kind { get; set; }
    /// <summary>Absent: the route's own.</summary>
    public string? Namespace { get; set; }
    public string? Name { get; set; }
    /// <summary>Absent: all of its listeners.</summary>
    public string? SectionName { get; set; }
}
