namespace Canario.Kubernetes.Models.Discovery;

/// <summary>GET /version.</summary>
public sealed record VersionInfo
{
    public string Major { get; set; } = "";
    /// <summary>May end in a plus sign.</summary>
    public string Minor { get; set; } = "";
    public string GitVersion { get; set; } = "";
}
