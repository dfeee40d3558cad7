using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Canario.LocalCluster.Tests;

internal static class ApiClient
{
    /// <summary>Speaks to the API server as the administrator, with what the control plane's certificate folder holds.</summary>
    public static HttpClient Create(ControlPlane plane) => Create(plane.KubeconfigPath, plane.ApiServerUrl);

    /// <param name="kubeconfig">The administrator's; the certificates are in a folder beside it.</param>
    public static HttpClient Create(string kubeconfig, string url)
    {
        var pki = Path.Combine(Path.GetDirectoryName(kubeconfig)!, "pki");
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = [X509Certificate2.CreateFromPemFile(Path.Combine(pki, "admin.crt"), Path.Combine(pki, "admin.key"))],
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(Path.Combine(pki, "ca.crt")) },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        };
        return new HttpClient(handler) { BaseAddress = new Uri(url) };
    }
}
