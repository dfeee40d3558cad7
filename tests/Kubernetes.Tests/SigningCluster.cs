using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Canario.Kubernetes.Configuration;
using Canario.LocalCluster;

namespace Canario.Kubernetes.Tests;

/// <summary>An API server whose certificate authority the tests hold: they make users, also ones whose time is over.</summary>
public sealed class SigningCluster : IAsyncLifetime
{
    private ControlPlane _plane = null!;
    private X509Certificate2 _authority = null!;

    public ClusterAccess Access { get; private set; } = null!;

    public Uri Server => Access.Server;

    public string AuthorityData => Convert.ToBase64String(Encoding.ASCII.GetBytes(_authority.ExportCertificatePem()));

    public async Task InitializeAsync()
    {
        _plane = await ControlPlane.StartAsync(new ControlPlaneOptions { ControllerManager = false, UseKubeconfigFromEnvironment = false });
        var pki = Path.Combine(Path.GetDirectoryName(_plane.KubeconfigPath)!, "pki");
        _authority = X509Certificate2.CreateFromPemFile(Path.Combine(pki, "ca.crt"), Path.Combine(pki, "ca.key"));
        Access = Kubeconfig.Load(_plane.KubeconfigPath);
    }

    public KubernetesClient Connect(IClusterCredentials credentials, bool http2) =>
        new(Access with { Credentials = credentials }, new KubernetesClientOptions { Http2 = http2 });

    /// <param name="group"><c>system:masters</c> may do all, no group may do nothing.</param>
    /// <param name="ends">In minutes from now.</param>
    public (string Certificate, string Key) Issue(string user, string? group = null, int ends = 30)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(group is null ? $"CN={user}" : $"O={group}, CN={user}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.Create(_authority, now.AddMinutes(-30), now.AddMinutes(ends), RandomNumberGenerator.GetBytes(16));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    public Credential NewCredential(string user, string? group = null, int ends = 30)
    {
        var (certificate, key) = Issue(user, group, ends);
        return new Credential(null, X509Certificate2.CreateFromPem(certificate, key));
    }

    public async Task DisposeAsync()
    {
        _authority?.Dispose();
        if (_plane is not null)
        {
            await _plane.DisposeAsync();
        }
    }
}
