using System.Runtime.CompilerServices;
using System.Text;

namespace Canario.Demo;

/// <summary>The demo speaks to the cluster as its users do.</summary>
internal sealed class Kubectl
{
    private readonly Tool tool;

    private Kubectl(string path, string kubeconfig)
    {
        Path = path;
        Kubeconfig = kubeconfig;
        tool = new Tool(path, new Dictionary<string, string> { ["KUBECONFIG"] = kubeconfig });
    }

    public string Path { get; }

    public string Kubeconfig { get; }

    public static async Task<Kubectl> FindAsync(string kubeconfig, CancellationToken cancellationToken) =>
        new(await Tool.FindAsync("kubectl", cancellationToken), kubeconfig);

    public Task<string> RunAsync(CancellationToken cancellationToken, params string[] arguments) => tool.RunAsync(arguments, null, cancellationToken);

    public Task<string> ApplyAsync(string yaml, CancellationToken cancellationToken) =>
        tool.RunAsync(["apply", "--server-side", "--force-conflicts", "-f", "-"], yaml, cancellationToken);

    /// <summary>For objects that name no namespace of their own.</summary>
    public Task<string> ApplyAsync(string yaml, string @namespace, CancellationToken cancellationToken) =>
        tool.RunAsync(["apply", "--server-side", "--force-conflicts", "--namespace", @namespace, "-f", "-"], yaml, cancellationToken);

    /// <summary>On the client's side and unvalidated: an API server before 1.25 does not know the rules in the schema, and would refuse what it can as well leave out.</summary>
    public Task<string> ApplyCrdAsync(string file, CancellationToken cancellationToken) =>
        tool.RunAsync(["apply", "--validate=false", "-f", file], null, cancellationToken);

    /// <summary>The one of the demo's name in that namespace.</summary>
    public async Task<RolloutView> ReadAsync(string @namespace, CancellationToken cancellationToken) =>
        RolloutView.Read(await RunAsync(cancellationToken, "get", "modeldeployment", Manifests.Name, "-n", @namespace, "-o", "json"));

    /// <summary>The same as it is now and after each change, until the API server ends the watch. One process: one for each look would cost more than all that is looked at.</summary>
    public async IAsyncEnumerable<RolloutView> WatchAsync(string @namespace, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var document = new StringBuilder();
        await foreach (var line in tool.ReadLinesAsync(["get", "modeldeployment", Manifests.Name, "-n", @namespace, "-o", "json", "--watch"], cancellationToken))
        {
            document.AppendLine(line);
            // Indented, one document after the other: only the last line of each begins so.
            if (line == "}")
            {
                yield return RolloutView.Read(document.ToString());
                document.Clear();
            }
        }
    }

    /// <summary>A command to the operator, as an annotation; see docs/rollouts.md.</summary>
    public Task CommandAsync(string @namespace, string action, string revision, CancellationToken cancellationToken) =>
        RunAsync(cancellationToken, "annotate", "--overwrite", "modeldeployment", Manifests.Name, "-n", @namespace, $"canario.dev/command={action}/{revision}/demo");
}
