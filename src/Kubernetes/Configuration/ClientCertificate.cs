using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Canario.Kubernetes.Configuration;

/// <summary>A certificate with its key, fit for a TLS handshake.</summary>
internal static class ClientCertificate
{
    /// <summary>Null: the user has none.</summary>
    public static X509Certificate2? Read(YamlFields user)
    {
        var certificate = user.TextOrFile("client-certificate-data", "client-certificate");
        var key = user.TextOrFile("client-key-data", "client-key");
        if ((certificate is null) != (key is null))
        {
            throw new ConfigurationException($"{user.Where}: client-certificate and client-key go together; one of them is missing.");
        }
        return certificate is null ? null : FromPem(certificate, key!, user.Where);
    }

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
        // The latter for an elliptic key that belongs to another certificate.
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new ConfigurationException($"{where}: the client certificate or its key cannot be read: {e.Message}", e);
        }
    }
}
