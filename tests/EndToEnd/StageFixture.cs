using System.Net;
using Canario.Demo;
using Canario.LoadGenerator;
using Canario.LocalCluster;
using Progress = Canario.Demo.Progress;

namespace Canario.EndToEnd;

/// <summary>One real node with Canario on it for all tests here, one after the other. A node that was there before stays.</summary>
public sealed class StageFixture : IAsyncLifetime
{
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private bool wasUp;

    internal Stage Stage { get; private set; } = null!;

    internal Kubectl Kubectl => Stage.Kubectl;

    internal Manifests Manifests => Stage.Manifests;

    internal Progress Progress { get; } = new();

    public async Task InitializeAsync()
    {
        wasUp = (await LocalNode.StatusAsync()).State == NodeState.Up;
        // For a cluster that KUBECONFIG names; see CONTRIBUTING.md.
        var host = Environment.GetEnvironmentVariable("CANARIO_HOST") is { Length: > 0 } address ? IPAddress.Parse(address) : null;
        Stage = await Stage.SetAsync(skipImages: false, host, Progress, CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        if (Stage is not null)
        {
            await Stage.DisposeAsync();
        }

        if (!wasUp)
        {
            await LocalNode.DownAsync(Console.WriteLine);
        }
    }

    /// <summary>Removes what other tests served and serves v1, with nothing under way.</summary>
    internal async Task ServeAnewAsync()
    {
        await DeleteAsync();
        await Scenario.ServeFirstVersionAsync(Kubectl, Manifests, Progress, CancellationToken.None);
    }

    internal Task DeleteAsync() =>
        Kubectl.RunAsync(CancellationToken.None, "delete", "modeldeployments", "--all", "--namespace", Manifests.Namespace, "--cascade=foreground", "--timeout=3m");

    internal Task<RolloutView> WaitAsync(Func<RolloutView, bool> reached) =>
        new RolloutWatch(Kubectl, Progress).UntilAsync(reached, Patience, CancellationToken.None);

    /// <summary>Waits for the end of the rollout under way and expects it to be a promotion without a failed request.</summary>
    internal async Task ExpectPromotionAsync(LoadRun load)
    {
        var view = await WaitAsync(view => view.IsSettled);
        Assert.True(view is { Outcome: "Promoted", Phase: "Healthy" }, view.ToString());
        await ExpectNoFailureAsync(load);
    }

    internal static async Task ExpectNoFailureAsync(LoadRun load)
    {
        var report = await load.StopAsync();
        Assert.True(report.Requests > 0);
        Assert.True(report.Failed == 0, string.Join('\n', report.FirstFailures));
    }
}
