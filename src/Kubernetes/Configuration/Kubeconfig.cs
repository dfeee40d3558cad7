using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Canario.Kubernetes.Configuration;

/// <summary>kubectl's configuration file: clusters, users and contexts that pair them.</summary>
public static class Kubeconfig
{
    private const int LargestFile = 8 << 20;

    /// <param name="paths">One file, or several as in KUBECONFIG, separated as in PATH: of an entry that is in two of them the first counts.</param>
    /// <param name="context">Null: the current one.</param>
    /// <exception cref="ConfigurationException">With the file, the field and what is wrong.</exception>
    public static ClusterAccess Load(string paths, string? context = null, TimeProvider? time = null)
    {
        var files = paths.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Where(path => !paths.Contains(Path.PathSeparator, StringComparison.Ordinal) || File.Exists(path));
        var documents = files.Select(Read).ToList();
        if (documents.Count == 0)
        {
            throw new ConfigurationException($"None of the kubeconfig files exists: {paths}");
        }
        context = context is { Length: > 0 } ? context : documents.Select(document => document.Text("current-context")).FirstOrDefault(text => text is { Length: > 0 });
        var entry = Find(documents, "contexts", "context", context ?? throw new ConfigurationException($"{paths}: current-context is not set, and no context was named."));
        var cluster = Find(documents, "clusters", "cluster", entry.RequireText("cluster"));
        var user = entry.Text("user") is { Length: > 0 } name ? Find(documents, "users", "user", name) : null;
        return Build(cluster, user, entry.Text("namespace"), time ?? TimeProvider.System);
    }

    private static ClusterAccess Build(YamlFields cluster, YamlFields? user, string? ns, TimeProvider time)
    {
        var server = cluster.RequireText("server");
        if (!Uri.TryCreate(server, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new ConfigurationException($"{cluster.Where}: server '{server}' is no http or https address.");
        }
        var authorities = new X509Certificate2Collection();
        if (cluster.TextOrFile("certificate-authority-data", "certificate-authority") is { } ca)
        {
            try
            {
                authorities.ImportFromPem(ca);
            }
            catch (CryptographicException e)
            {
                throw new ConfigurationException($"{cluster.Where}: certificate-authority holds no certificate in PEM form: {e.Message}", e);
            }
            if (authorities.Count == 0)
            {
                // None would mean the system's.
                throw new ConfigurationException($"{cluster.Where}: certificate-authority holds no certificate in PEM form.");
            }
        }
        return new ClusterAccess
        {
            Server = uri,
            Namespace = ns is { Length: > 0 } ? ns : "default",
            Authorities = authorities,
            TlsServerName = cluster.Text("tls-server-name"),
            SkipTlsVerification = cluster.Text("insecure-skip-tls-verify") == "true",
            Credentials = user is null ? StaticCredentials.None : CredentialsOf(user, cluster, time),
        };
    }

    private static IClusterCredentials CredentialsOf(YamlFields user, YamlFields cluster, TimeProvider time)
    {
        if (user.Fields("exec") is { } exec)
        {
            return new ExecCredentials(ExecPlugin.From(exec, cluster), time);
        }
        if (user.Text("tokenFile") is { Length: > 0 } tokenFile)
        {
            return new TokenFileCredentials(user.Resolve(tokenFile), time);
        }
        if (user.Text("username") is { Length: > 0 } || user.Fields("auth-provider") is not null)
        {
            throw new ConfigurationException($"{user.Where}: passwords and auth-provider are not supported; use a certificate, a token or exec.");
        }
        return user.HasFile("client-certificate") || user.HasFile("client-key")
            ? new CertificateFileCredentials(user, time)
            : new StaticCredentials(new Credential(user.Text("token"), ClientCertificate.Read(user)));
    }

    private static YamlFields Find(List<YamlFields> documents, string list, string kind, string name)
    {
        foreach (var document in documents)
        {
            var found = document.List(list).FirstOrDefault(item => item.Text("name") == name);
            if (found is not null)
            {
                return found.Fields(kind) ?? throw new ConfigurationException($"{found.Where}: {kind} of '{name}' is empty.");
            }
        }
        var known = documents.SelectMany(document => document.List(list)).Select(item => item.Text("name"));
        throw new ConfigurationException($"{documents[0].Where}: there is no '{name}' in {list}; there are: {string.Join(", ", known)}.");
    }

    private static YamlFields Read(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            if (length > LargestFile)
            {
                throw new ConfigurationException($"{path}: {length} bytes; at most {LargestFile} are allowed.");
            }
            using var reader = new StreamReader(path, Encoding.UTF8);
            var yaml = new YamlStream();
            yaml.Load(reader);
            return yaml.Documents is [{ RootNode: YamlMappingNode root }, ..]
                ? new YamlFields(root, path, Path.GetDirectoryName(Path.GetFullPath(path))!)
                : throw new ConfigurationException($"{path}: is empty or no mapping.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or YamlException)
        {
            throw new ConfigurationException($"{path}: {e.Message}", e);
        }
    }
}
