namespace Canario.Kubernetes.Models;

/// <summary>discovery.k8s.io/v1 and v1beta1, which differ only in fields that are not modelled.</summary>
public sealed record EndpointSlice : IKubernetesObject
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; }
    /// <inheritdoc/>
    public string? Kind { get; set; }
    /// <inheritdoc/>
    public ObjectMeta Metadata { get; set; } = new();
    /// <summary>IPv4, IPv6 or FQDN.</summary>
    public string? AddressType { get; set; }
    public IReadOnlyList<Endpoint>? Endpoints { get; set; }
    public IReadOnlyList<EndpointPort>? Ports { get; set; }
}
