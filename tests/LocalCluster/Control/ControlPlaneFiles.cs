using System.Net;
using Canario.LocalCluster.Security;

namespace Canario.LocalCluster.Control;

internal static class ControlPlaneFiles
{
    /// <summary>Writes certificates, keys and kubeconfigs; returns the administrator's client certificate.</summary>
    public static PemPair Write(ControlPlaneLayout layout, CertificateAuthority authority)
    {
        Directory.CreateDirectory(layout.Pki);
        Directory.CreateDirectory(layout.Logs);
        SecretFile.Write(layout.Certificate("ca.crt"), authority.CertificatePem);
        SecretFile.Write(layout.Certificate("ca.key"), authority.KeyPem);
        authority.IssueServer("kube-apiserver", ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"], ServerAddresses(layout))
            .Write(layout.Pki, "apiserver");
        authority.IssueClient("kube-apiserver-kubelet-client", "system:masters").Write(layout.Pki, "kubelet-client");
        SecretFile.Write(layout.Certificate("service-account.key"), ServiceAccountKey());
        foreach (var component in (string[])["kube-controller-manager", "kube-scheduler", "kube-proxy"])
            WriteKubeconfig(layout, authority, component, authority.IssueClient("system:" + component));
        var admin = authority.IssueClient("kubernetes-admin", "system:masters");
        admin.Write(layout.Pki, "admin");
        SecretFile.Write(layout.AdminKubeconfig, Kubeconfig.Build(layout.ApiServerUrl, authority.CertificatePem, "admin", admin));
        return admin;
    }

    public static void WriteKubeconfig(ControlPlaneLayout layout, CertificateAuthority authority, string component, PemPair client) =>
        SecretFile.Write(layout.KubeconfigOf(component), Kubeconfig.Build(layout.ApiServerUrl, authority.CertificatePem, component, client));

    private static List<IPAddress> ServerAddresses(ControlPlaneLayout layout)
    {
        // The Service "kubernetes" always takes the first address of the range.
        var first = IPNetwork.Parse(layout.ServiceRange).BaseAddress.GetAddressBytes();
        first[^1]++;
        List<IPAddress> addresses = [IPAddress.Loopback, new IPAddress(first)];
        if (layout.AdvertiseAddress is { } address)
            addresses.Add(IPAddress.Parse(address));
        return addresses;
    }

    private static string ServiceAccountKey()
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        return key.ExportECPrivateKeyPem();
    }
}
