using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Canario.Kubernetes.Configuration;

/// <summary>The service account that every pod gets. Its token is rotated in place, so the file is read again and again.</summary>
public static class InCluster
{
    private const string Directory = "/var/run/secrets/kubernetes.io/serviceaccount";
    private const string Host = "KUBERNETES_SERVICE_HOST";
    private const string Port = "KUBERNETES_SERVICE_PORT";

    public static bool IsAvailable => Environment.GetEnvironmentVariable(Host) is { Length: > 0 } && File.Exists(Path.Combine(Directory, "token"));

    /// <param name="directory">Where token, ca.crt and namespace lie. Default: where the kubelet puts them.</param>
    /// <param name="server">Default: from the environment.</param>
    public static ClusterAccess Load(string directory = Directory, Uri? server = null, TimeProvider? time = null)
    {
        var authorities = new X509Certificate2Collection();
        var ca = Path.Combine(directory, "ca.crt");
        try
        {
            authorities.ImportFromPemFile(ca);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ConfigurationException($"{ca}: {e.Message}", e);
        }
        var ns = Path.Combine(directory, "namespace");
        return new ClusterAccess
        {
            Server = server ?? FromEnvironment(),
            Namespace = File.Exists(ns) ? File.ReadAllText(ns).Trim() : "default",
            Authorities = authorities,
            Credentials = new TokenFileCredentials(Path.Combine(directory, "token"), time ?? TimeProvider.System),
        };
    }

    private static Uri FromEnvironment()
    {
        var host = Environment.GetEnvironmentVariable(Host);
        if (host is not { Length: > 0 })
        {
            throw new ConfigurationException($"{Host} is not set: this is no pod.");
        }
        var port = Environment.GetEnvironmentVariable(Port);
        return new UriBuilder("https", host, int.TryParse(port, out var number) ? number : 443).Uri;
    }
}
