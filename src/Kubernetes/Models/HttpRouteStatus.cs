namespace Canario.Kubernetes.Models;

public sealed record HttpRouteStatus
{
    /// <summary>One entry for each parent and controller that has looked at the route.</summary>
    public List<RouteParentStatus>? Parents { get; set; }
}
