using Canario.LocalCluster;

namespace Canario.Demo;

/// <summary>Sets the <see cref="Stage"/>, runs the <see cref="Scenario"/> under load and prints the <see cref="Report"/>.</summary>
internal static class Demonstration
{
    /// <summary>True when every outcome is the expected one.</summary>
    public static async Task<bool> RunAsync(DemoOptions options, CancellationToken cancellationToken)
    {
        var progress = new Progress();
        await using var stage = await Stage.SetAsync(options.SkipImages, options.Host, progress, cancellationToken);
        var outcomes = await RollOutAsync(stage, options.Rate, options.Limit, progress, cancellationToken);
        return outcomes.All(outcome => outcome.IsExpected);
    }

    /// <summary>Takes the local node down; from a cluster that KUBECONFIG names, removes Canario. Also what a killed demo left.</summary>
    public static async Task RemoveAsync(CancellationToken cancellationToken)
    {
        await PrometheusServer.RemoveLeftoversAsync(cancellationToken);
        if (Stage.ForeignKubeconfig is { } kubeconfig)
        {
            await Installation.RemoveAsync(kubeconfig, cancellationToken);
        }
        else
        {
            await LocalNode.DownAsync(Console.WriteLine, cancellationToken);
        }
    }

    /// <param name="rate">Requests a second.</param>
    /// <param name="limit">The longest that one rollout may take.</param>
    public static async Task<IReadOnlyList<Outcome>> RollOutAsync(Stage stage, int rate, TimeSpan limit, Progress progress, CancellationToken cancellationToken)
    {
        await Scenario.ServeFirstVersionAsync(stage.Kubectl, stage.Manifests, progress, limit, cancellationToken);
        await using var load = await Stage.StartLoadAsync(stage.Manifests.NodePort, rate, cancellationToken);
        progress.Say($"{rate} requests a second from now on, to the Service's node port");
        var outcomes = await new Scenario(stage.Kubectl, stage.Manifests, load, progress, limit).RunAsync(cancellationToken);
        Report.Print(outcomes, await load.StopAsync());
        return outcomes;
    }
}
