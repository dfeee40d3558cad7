namespace Canario.Kubernetes.Models;

/// <summary>Whether a backend should get traffic.</summary>
public sealed record EndpointConditions
{
    /// <summary>Absent means ready.</summary>
    public bool? Ready { get; set; }
    /// <summary>1.20 and later; absent means as Ready.</summary>
    public bool? Serving { get; set; }
    public bool? Terminating { get; set; }
}
