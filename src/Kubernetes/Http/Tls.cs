using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Canario.Kubernetes.Http;

/// <summary>The handler of a cluster: whom it trusts and which certificate it shows.</summary>
internal sealed class Tls(ClusterAccess access) : IDisposable
{
    private volatile X509Certificate2? _certificate;
    private SocketsHttpHandler? _handler;

    /// <summary>Shown in handshakes from now on; connections that stand keep theirs.</summary>
    public X509Certificate2? Certificate
    {
        set => _certificate = value;
    }

    public SocketsHttpHandler CreateHandler(KubernetesClientOptions options)
    {
        _handler = new SocketsHttpHandler
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
        _handler.SslOptions = new SslClientAuthenticationOptions
        {
            LocalCertificateSelectionCallback = (_, _, _, _, _) => _certificate!,
        };
        if (access.TlsServerName is { } name)
        {
            _handler.SslOptions.TargetHost = name;
        }
        if (access.SkipTlsVerification)
        {
#pragma warning disable CA5359 // Asked for by name in the configuration.
            _handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (access.Authorities.Count > 0)
        {
            // Only the cluster's own authorities count, not the system's.
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(access.Authorities);
            _handler.SslOptions.CertificateChainPolicy = policy;
        }
        return _handler;
    }

    public void Dispose() => _handler?.Dispose();
}
