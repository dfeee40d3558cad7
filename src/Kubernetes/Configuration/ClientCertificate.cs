using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Canario.Kubernetes.Configuration;

/// <summary>A certificate with its key, fit for a TLS handshake.</summary>
internal static class ClientCertificate
{
    public static X509Certificate2 FromPem(string certificate, string key, string where)
    {
        try
        {
            var pair = X509Certificate2.CreateFromPem(certificate, key);
            if (!OperatingSystem.IsWindows())
            {
                return pair;
            }
            // Windows refuses keys that only memory holds.
            using (pair)
            {
                return X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pfx), null);
            }
        }
        catch (CryptographicException e)
        {
            throw new ConfigurationException($"{where}: the client certificate or its key cannot be read: {e.Message}", e);
        }
    }
}
