using System.Globalization;
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
        if (authorities.Count == 0)
        {
            // None would mean the system's, and the token would go to whomever one of those vouches for.
            throw new ConfigurationException($"{ca}: holds no certificate in PEM form.");
        }
        var ns = Path.Combine(directory, "namespace");
        return new ClusterAccess
        {
            Server = server ?? BuildServer(Environment.GetEnvironmentVariable(Host), Environment.GetEnvironmentVariable(Port)),
            Namespace = File.Exists(ns) ? File.ReadAllText(ns).Trim() : "default",
            Authorities = authorities,
            Credentials = new TokenFileCredentials(Path.Combine(directory, "token"), time ?? TimeProvider.System),
        };
    }

    /// <summary>The kubelet writes an IPv6 address without the brackets that it has in a URL.</summary>
    internal static Uri BuildServer(string? host, string? port)
    {
        if (host is not { Length: > 0 })
        {
            throw new ConfigurationException($"{Host} is not set: this is no pod.");
        }
        if (Uri.CheckHostName(host) == UriHostNameType.Unknown)
        {
            throw new ConfigurationException($"{Host} is '{host}'; a name or an address is allowed.");
        }
        if (port is not { Length: > 0 })
        {
            return new UriBuilder("https", host).Uri;
        }
        return ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? new UriBuilder("https", host, number).Uri
            : throw new ConfigurationException($"{Port} is '{port}'; 1 to {ushort.MaxValue} is allowed.");
    }
}
