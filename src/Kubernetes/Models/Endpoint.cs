namespace Canario.Kubernetes.Models;

/// <summary>Addresses of one backend.</summary>
public sealed record Endpoint
{
    public IReadOnlyList<string>? Addresses { get; set; }
    public EndpointConditions? Conditions { get; set; }
    public ObjectReference? TargetRef { get; set; }
    public string? NodeName { get; set; }
}
