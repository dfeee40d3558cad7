using Canario.LocalCluster;

namespace Canario.Demo;

/// <summary>Canario on a cluster by its chart, as its users install it.</summary>
internal static class Installation
{
    private const string Namespace = "canario-system";
    private const string Release = "canario";
    private const string Crd = "canario.dev_modeldeployments.yaml";

    /// <returns>The operator's pods, as kubectl lists them.</returns>
    public static async Task<string> InstallAsync(string kubeconfig, Kubectl kubectl, CancellationToken cancellationToken)
    {
        // It starts from nothing: revisions are new ones, and pods run the images of this checkout.
        await DeleteNamespacesAsync(kubectl, cancellationToken);
        await kubectl.ApplyCrdAsync(Path.Combine(Checkout.Root, "crds", Crd), cancellationToken);
        await (await HelmAsync(kubeconfig, cancellationToken)).RunAsync(
            [
                "upgrade", "--install", Release, Path.Combine(Checkout.Root, "charts", "canario"),
                "--namespace", Namespace, "--create-namespace", "--skip-crds", "--disable-openapi-validation",
                "--values", Path.Combine(Checkout.Root, "tests", "Demo", "values.yaml"),
                "--wait", "--timeout", "3m",
            ],
            null,
            cancellationToken);
        await kubectl.ApplyAsync($"apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {Manifests.DemoNamespace}\n", cancellationToken);
        return (await kubectl.RunAsync(cancellationToken, "get", "pods", "-n", Namespace)).Trim();
    }

    /// <summary>Removes the models, the release and the CRD.</summary>
    public static async Task RemoveAsync(string kubeconfig, CancellationToken cancellationToken)
    {
        var kubectl = await Kubectl.FindAsync(kubeconfig, cancellationToken);
        await (await HelmAsync(kubeconfig, cancellationToken)).RunAsync(
            ["uninstall", Release, "--namespace", Namespace, "--ignore-not-found", "--wait"], null, cancellationToken);
        await DeleteNamespacesAsync(kubectl, cancellationToken);
        await kubectl.RunAsync(cancellationToken, "delete", "--ignore-not-found", "-f", Path.Combine(Checkout.Root, "crds", Crd));
    }

    private static Task DeleteNamespacesAsync(Kubectl kubectl, CancellationToken cancellationToken) =>
        kubectl.RunAsync(cancellationToken, "delete", "namespace", Manifests.DemoNamespace, Namespace, "--ignore-not-found", "--timeout=3m");

    private static async Task<Tool> HelmAsync(string kubeconfig, CancellationToken cancellationToken) =>
        new(await Tool.FindAsync("helm", cancellationToken), new Dictionary<string, string> { ["KUBECONFIG"] = kubeconfig });
}
