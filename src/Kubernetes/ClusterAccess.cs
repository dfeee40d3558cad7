using System.Security.Cryptography.X509Certificates;

namespace Canario.Kubernetes;

/// <summary>Where the API server is and how one proves who one is. Made by <c>Kubeconfig</c> or <c>InCluster</c>.</summary>
public sealed record ClusterAccess
{
    public required Uri Server { get; init; }
    /// <summary>Namespace to use when none is named.</summary>
    public string Namespace { get; init; } = "default";
    /// <summary>Authorities that may vouch for the server. Empty: the system's.</summary>
    public X509Certificate2Collection Authorities { get; init; } = [];
    /// <summary>Name in the server's certificate when it is not the host of <see cref="Server"/>.</summary>
    public string? TlsServerName { get; init; }
    /// <summary>Accepts any server. For experiments only.</summary>
    public bool SkipTlsVerification { get; init; }
    /// <summary>Asked before each request; its sources cache.</summary>
    public IClusterCredentials Credentials { get; init; } = StaticCredentials.None;
}
