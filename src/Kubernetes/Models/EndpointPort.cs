namespace Canario.Kubernetes.Models;

/// <summary>A port of all addresses of a slice.</summary>
public sealed record EndpointPort
{
    public string? Name { get; set; }
    public int? Port { get; set; }
    public string? Protocol { get; set; }
    public string? AppProtocol { get; set; }
}
