using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Canario.Kubernetes.Http;

/// <summary>The handler of a cluster: whom it trusts and which certificate it shows.</summary>
internal static class Tls
{
    public static SocketsHttpHandler BuildHandler(ClusterAccess access, KubernetesClientOptions options, X509Certificate2? certificate)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = System.Net.DecompressionMethods.None,
            EnableMultipleHttp2Connections = true,
            MaxConnectionsPerServer = options.MaxConnections,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            // A peer that vanished without a word is noticed within 45 s on HTTP/2, watches included.
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
        };
        handler.SslOptions = new SslClientAuthenticationOptions
        {
            // By callback: a list of certificates would be filtered by the authorities that the server says it knows.
            LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate!,
        };
        if (access.TlsServerName is { } name)
        {
            handler.SslOptions.TargetHost = name;
        }
        if (access.SkipTlsVerification)
        {
#pragma warning disable CA5359 // Asked for by name in the configuration.
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (access.Authorities.Count > 0)
        {
            // Only the cluster's own authorities count, not the system's.
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(access.Authorities);
            handler.SslOptions.CertificateChainPolicy = policy;
        }
        return handler;
    }
}
