namespace Canario.Kubernetes.Configuration;

/// <summary>A program that prints credentials (client.authentication.k8s.io), as a kubeconfig names it.</summary>
internal sealed record ExecPlugin(string ApiVersion, string Command, IReadOnlyList<string> Arguments, IReadOnlyList<KeyValuePair<string, string>> Environment, string? InstallHint, bool ProvideClusterInfo, string Server)
{
    public static ExecPlugin From(YamlFields exec, YamlFields cluster)
    {
        var command = exec.RequireText("command");
        return new ExecPlugin(
            exec.RequireText("apiVersion"),
            // As kubectl: a name is looked for in PATH, a relative path starts at the kubeconfig.
            command.Contains('/', StringComparison.Ordinal) ? exec.Resolve(command) : command,
            exec.Texts("args"),
            [.. exec.List("env").Select(item => KeyValuePair.Create(item.RequireText("name"), item.Text("value") ?? ""))],
            exec.Text("installHint"),
            exec.Text("provideClusterInfo") == "true",
            cluster.RequireText("server"));
    }
}
