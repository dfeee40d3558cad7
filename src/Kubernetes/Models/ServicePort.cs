namespace Canario.Kubernetes.Models;

/// <summary>One port of a Service.</summary>
public sealed record ServicePort
{
    public string? Name { get; set; }
    /// <summary>TCP when absent.</summary>
    public string? Protocol { get; set; }
    public string? AppProtocol { get; set; }
    public int? Port { get; set; }
    /// <summary>Number, or name of a container's port.</summary>
    public IntOrString? TargetPort { get; set; }
    public int? NodePort { get; set; }
}
