namespace Canario.Demo;

/// <summary>The demo speaks to the cluster as its users do.</summary>
internal sealed class Kubectl
{
    private readonly Tool tool;

    private Kubectl(Tool tool) => this.tool = tool;

    public static async Task<Kubectl> FindAsync(string kubeconfig, CancellationToken cancellationToken) =>
        new(new Tool(await Tool.FindAsync("kubectl", cancellationToken), new Dictionary<string, string> { ["KUBECONFIG"] = kubeconfig }));

    public Task<string> RunAsync(CancellationToken cancellationToken, params string[] arguments) => tool.RunAsync(arguments, null, cancellationToken);

    public Task<string> ApplyAsync(string yaml, CancellationToken cancellationToken) =>
        tool.RunAsync(["apply", "--server-side", "--force-conflicts", "-f", "-"], yaml, cancellationToken);

    /// <summary>For objects that name no namespace of their own.</summary>
    public Task<string> ApplyAsync(string yaml, string @namespace, CancellationToken cancellationToken) =>
        tool.RunAsync(["apply", "--server-side", "--force-conflicts", "--namespace", @namespace, "-f", "-"], yaml, cancellationToken);

    /// <summary>On the client's side and unvalidated: an API server before 1.25 does not know the rules in the schema, and would refuse what it can as well leave out.</summary>
    public Task<string> ApplyCrdAsync(string file, CancellationToken cancellationToken) =>
        tool.RunAsync(["apply", "--validate=false", "-f", file], null, cancellationToken);

    public async Task<RolloutView> ReadAsync(CancellationToken cancellationToken) =>
        RolloutView.Read(await RunAsync(cancellationToken, "get", "modeldeployment", Manifests.Name, "-n", Manifests.Namespace, "-o", "json"));

    /// <summary>A command to the operator, as an annotation; see docs/rollouts.md.</summary>
    public Task CommandAsync(string action, string revision, CancellationToken cancellationToken) =>
        RunAsync(cancellationToken, "annotate", "--overwrite", "modeldeployment", Manifests.Name, "-n", Manifests.Namespace, $"canario.dev/command={action}/{revision}/demo");
}
