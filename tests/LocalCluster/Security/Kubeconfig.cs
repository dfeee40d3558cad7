using System.Text;
using YamlDotNet.RepresentationModel;

namespace Canario.LocalCluster.Security;

internal static class Kubeconfig
{
    /// <summary>Certificates are embedded, so that the file may be copied and mounted alone.</summary>
    public static string Build(string server, string caCertificatePem, string user, PemPair client) => $"""
        apiVersion: v1
        kind: Config
        current-context: canario
        clusters:
        - name: canario
          cluster:
            server: {server}
            certificate-authority-data: {Base64(caCertificatePem)}
        users:
        - name: {user}
          user:
            client-certificate-data: {Base64(client.Certificate)}
            client-key-data: {Base64(client.Key)}
        contexts:
        - name: canario
          context:
            cluster: canario
            user: {user}

        """;

    /// <summary>The current context's name.</summary>
    public static string ReadContext(string path) => Current(path, Load(path));

    /// <summary>The address of the current context's cluster.</summary>
    public static string ReadServer(string path)
    {
        var root = Load(path);
        var current = Current(path, root);
        var context = Named(root, "contexts", current) ?? throw Invalid(path, $"it has no context named '{current}'");
        var cluster = Text(Child(context, "context"), "cluster") ?? throw Invalid(path, $"context '{current}' names no cluster");
        var entry = Named(root, "clusters", cluster) ?? throw Invalid(path, $"it has no cluster named '{cluster}'");
        return Text(Child(entry, "cluster"), "server") ?? throw Invalid(path, $"cluster '{cluster}' has no server");
    }

    private static YamlNode Load(string path)
    {
        var stream = new YamlStream();
        using (var reader = File.OpenText(path))
            stream.Load(reader);
        return stream.Documents.Count > 0 ? stream.Documents[0].RootNode : throw Invalid(path, "it is empty");
    }

    private static string Current(string path, YamlNode root) => Text(root, "current-context") ?? throw Invalid(path, "it has no current-context");

    private static LocalClusterException Invalid(string path, string why) => new($"KUBECONFIG names {path}, but {why}.");

    private static YamlNode? Child(YamlNode? node, string key) =>
        node is YamlMappingNode map && map.Children.TryGetValue(new YamlScalarNode(key), out var child) ? child : null;

    private static string? Text(YamlNode? node, string key) => (Child(node, key) as YamlScalarNode)?.Value;

    private static YamlNode? Named(YamlNode root, string list, string name) =>
        (Child(root, list) as YamlSequenceNode)?.Children.FirstOrDefault(entry => Text(entry, "name") == name);

    private static string Base64(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));
}
