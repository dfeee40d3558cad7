using System.Diagnostics;
using Canario.Demo;
using Canario.LocalCluster;
using Progress = Canario.Demo.Progress;

namespace Canario.EndToEnd;

/// <summary>KUBECONFIG names a cluster: the demo provisions nothing, uses that one, and leaves nothing there in the end.</summary>
public sealed class ForeignClusterTests(ControlPlaneFixture cluster) : IClassFixture<ControlPlaneFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly string[] Programs = ["prometheus", "kubectl", "helm"];

    private string Kubeconfig => cluster.ControlPlane.KubeconfigPath;

    [Fact]
    public async Task Of_a_killed_demo_nothing_runs_on_and_demo_down_removes_the_rest()
    {
        using var demo = DemoCommand.Start(Kubeconfig, "--host", "127.0.0.1");
        var children = await WaitForChildrenAsync(demo);
        var directory = Path.GetDirectoryName(children.Values.Single(line => IsOf(line, Programs[0])).Split("--config.file=")[1].Split(' ')[0])!;
        Assert.StartsWith(PrometheusServer.Root, directory, StringComparison.Ordinal);

        demo.Kill();

        await EventuallyAsync(() => Task.FromResult(!children.Any(child => ChildProcesses.Runs(child.Key, child.Value))), () => string.Join('\n', children.Where(child => ChildProcesses.Runs(child.Key, child.Value))));
        Assert.True(Directory.Exists(directory));

        var down = await DemoCommand.RunAsync(Kubeconfig, "down");

        Assert.True(down.ExitCode == 0, down.Error);
        Assert.False(Directory.Exists(directory));
        var left = await ObjectsAsync();
        Assert.DoesNotContain("canario", left, StringComparison.Ordinal);
        Assert.DoesNotContain($"namespace/{Manifests.DemoNamespace}", left, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_address_for_its_pods_the_demo_says_what_to_give()
    {
        var (exitCode, _, error) = await DemoCommand.RunAsync(Kubeconfig);

        Assert.Equal(1, exitCode);
        Assert.Contains($"KUBECONFIG names {Kubeconfig}", error, StringComparison.Ordinal);
        Assert.Contains(DemoOptions.HostVariable, error, StringComparison.Ordinal);
        Assert.Contains("192.0.2.1 is no address of this machine", (await DemoCommand.RunAsync(Kubeconfig, "--host", "192.0.2.1")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rollout_that_does_not_end_in_time_is_an_error_that_says_so()
    {
        var kubectl = await Kubectl.FindAsync(Kubeconfig, CancellationToken.None);
        var manifests = new Manifests(Path.Combine(Checkout.Root, "samples"), "http://models.test", "http://prometheus.test", "default", Manifests.DemoNodePort);
        await kubectl.ApplyCrdAsync(Path.Combine(Checkout.Root, "crds", "canario.dev_modeldeployments.yaml"), CancellationToken.None);
        await kubectl.RunAsync(CancellationToken.None, "wait", "--for=condition=Established", "crd/modeldeployments.canario.dev", "--timeout=1m");

        // No operator is here that would begin it.
        var failure = await Assert.ThrowsAsync<DemoException>(
            () => Scenario.ServeFirstVersionAsync(kubectl, manifests, new Progress(), TimeSpan.FromSeconds(1), CancellationToken.None));

        Assert.StartsWith("the first version did not come within 1 s; last seen: ", failure.Message, StringComparison.Ordinal);
        await kubectl.RunAsync(CancellationToken.None, "delete", "modeldeployment", Manifests.Name, "--namespace", "default");
    }

    /// <summary>Waits until the demo waits for helm, which waits for pods that never come.</summary>
    private async Task<IReadOnlyDictionary<int, string>> WaitForChildrenAsync(Process demo)
    {
        IReadOnlyDictionary<int, string> children = new Dictionary<int, string>();
        await EventuallyAsync(
            async () =>
            {
                Assert.False(demo.HasExited, "the demo ended by itself");
                children = ChildProcesses.Of(demo.Id);
                return Array.TrueForAll(Programs, program => children.Values.Any(line => IsOf(line, program))) && (await ObjectsAsync()).Contains("deployment.apps/canario", StringComparison.Ordinal);
            },
            () => string.Join('\n', children));
        return children;
    }

    private static bool IsOf(string commandLine, string program) => Path.GetFileName(commandLine.Split(' ')[0]) == program;

    private async Task<string> ObjectsAsync() =>
        await (await Kubectl.FindAsync(Kubeconfig, CancellationToken.None)).RunAsync(CancellationToken.None, "get", "namespaces,deployments,customresourcedefinitions,clusterroles,clusterrolebindings", "--all-namespaces", "--output", "name");

    private static async Task EventuallyAsync(Func<Task<bool>> condition, Func<string> seen)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed < Patience, $"not within {Patience}; seen:\n{seen()}");
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }
    }
}
