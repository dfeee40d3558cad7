using Canario.Kubernetes.Models;
using Canario.Operator.Api;

namespace Canario.Operator.Traffic.Gateways;

/// <summary>What the gateway says of a route. Pure.</summary>
static class RouteAnswers
{
    /// <summary>Null: it serves the route as it is now.</summary>
    public static string? FindProblem(HttpRoute route, GatewaySettings gateway)
    {
        var name = $"Gateway {gateway.Namespace ?? route.Metadata.Namespace}/{gateway.Name}";
        var ours = (route.Status?.Parents ?? []).Where(parent => IsOf(parent.ParentRef, route, gateway)).ToList();
        if (ours.Count == 0)
        {
            return $"{name} has said nothing of HTTPRoute {route.Metadata.Name}: it must exist, and a controller must serve it.";
        }

        var problems = ours.ConvertAll(parent => FindProblem(name, route, parent, "Accepted") ?? FindProblem(name, route, parent, "ResolvedRefs"));
        return problems.Contains(null) ? null : problems[0];
    }

    private static string? FindProblem(string name, HttpRoute route, RouteParentStatus parent, string type) => parent.Conditions?.Find(condition => condition.Type == type) switch
    {
        { } condition when !(condition.ObservedGeneration >= route.Metadata.Generation) => $"{name} has not looked at HTTPRoute {route.Metadata.Name} since it changed.",
        { Status: "True" } => null,
        { } condition => $"{name} says of HTTPRoute {route.Metadata.Name}: {type} is {condition.Status} ({condition.Reason}): {condition.Message}",
        null => $"{name} has not said of HTTPRoute {route.Metadata.Name} whether it is {type}.",
    };

    private static bool IsOf(ParentReference? parent, HttpRoute route, GatewaySettings gateway) =>
        parent?.Name == gateway.Name
        && parent.Kind is null or "Gateway"
        && (parent.Namespace ?? route.Metadata.Namespace) == (gateway.Namespace ?? route.Metadata.Namespace)
        && parent.SectionName == gateway.SectionName;
}
