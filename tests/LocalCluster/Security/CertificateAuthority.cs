using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Canario.LocalCluster.Security;

/// <summary>The one authority of a cluster: it signs the API server's certificate and its clients'.</summary>
internal sealed class CertificateAuthority : IDisposable
{
    private readonly X509Certificate2 root;
    private readonly DateTimeOffset from;
    private readonly DateTimeOffset until;

    public CertificateAuthority(TimeProvider time)
    {
        // An hour back, for a clock that is corrected after the start.
        from = time.GetUtcNow().AddHours(-1);
        until = from.AddYears(1);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=canario-local-cluster", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        root = request.CreateSelfSigned(from, until);
    }

    public string CertificatePem => root.ExportCertificatePem();

    public string KeyPem => root.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();

    public PemPair IssueServer(string name, IEnumerable<string> hosts, IEnumerable<IPAddress> addresses)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
            names.AddDnsName(host);
        foreach (var address in addresses)
            names.AddIpAddress(address);
        return Issue($"CN={name}", names.Build(), "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
    }

    /// <summary>The API server reads the user's name from CN and the user's group from O.</summary>
    public PemPair IssueClient(string user, string? group = null) =>
        Issue(group is null ? $"CN={user}" : $"O={group}, CN={user}", null, "1.3.6.1.5.5.7.3.2");

    public void Dispose() => root.Dispose();

    private PemPair Issue(string subject, X509Extension? names, params string[] usages)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var oids = new OidCollection();
        foreach (var usage in usages)
            oids.Add(new Oid(usage));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(oids, critical: false));
        if (names is not null)
            request.CertificateExtensions.Add(names);
        using var certificate = request.Create(root, from, until, RandomNumberGenerator.GetBytes(16));
        return new PemPair(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}
