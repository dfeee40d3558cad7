using Canario.Operator.Api;
using Canario.Rollouts;

namespace Canario.Operator.Tests.Reconcile;

[Collection(ClusterGroup.Name)]
public sealed class CommandTests(ClusterFixture cluster) : IAsyncLifetime
{
    private string _ns = "";

    public async Task InitializeAsync() => _ns = await cluster.NewNamespaceAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Pause_resume_promote_abort_and_retry_do_what_they_say_once()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        await Models.CreateAsync(cluster.Client, _ns);
        var stable = (await Models.WaitReadyAsync(cluster.Client, _ns)).Status!.StableRevision!;
        await Models.PatchAsync(cluster.Client, _ns, """{"spec":{"strategy":{"canary":{"steps":[{"weight":20,"hold":{"duration":"0s","manual":true}},{"weight":60,"hold":{"duration":"0s","manual":true}}]}}}}""");
        await Models.SetModelAsync(cluster.Client, _ns, "v2");
        var candidate = (await AtAsync(20)).Status!.CandidateRevision!;

        // For another revision: refused, and nothing moves.
        var refused = await CommandAsync($"promote/{stable}/1");
        Assert.Contains("is not being rolled out", refused.Status!.LastCommandMessage, StringComparison.Ordinal);
        Assert.Equal(20, refused.Status.Weight);
        // No command at all.
        var nonsense = await CommandAsync("launch/everything");
        Assert.Contains("promote, abort, retry, pause, resume or undo", nonsense.Status!.LastCommandMessage, StringComparison.Ordinal);

        await CommandAsync($"pause/{candidate}/2");
        await Models.WaitAsync(cluster.Client, _ns, "paused by command", d => d.Status!.Reason == RolloutReasons.PausedByCommand);
        await CommandAsync($"resume/{candidate}/3");
        await Models.WaitAsync(cluster.Client, _ns, "waiting for a promote", d => d.Status!.Reason == RolloutReasons.ManualHold);

        await CommandAsync($"promote/{candidate}/4");
        // One step, not two: the annotation still stands there when the next one waits.
        await AtAsync(60);

        await CommandAsync($"abort/{candidate}/5");
        var back = await Models.WaitAsync(cluster.Client, _ns, "rolled back", d => d.Status!.Phase == nameof(RolloutPhase.RolledBack));
        Assert.Equal(RolloutReasons.Aborted, Assert.Single(back.Status!.Rejected!).Reason);
        Assert.Equal(stable, back.Status.StableRevision);

        await CommandAsync($"retry/{candidate}/6");
        await AtAsync(20);
        await CommandAsync($"promote/{candidate}/7");
        await AtAsync(60);
        await CommandAsync($"promote/{candidate}/8");
        var promoted = await Models.WaitReadyAsync(cluster.Client, _ns);
        Assert.Equal(candidate, promoted.Status!.StableRevision);
        Assert.Equal([RolloutOutcomes.Promoted, RolloutOutcomes.RolledBack, RolloutOutcomes.Promoted], promoted.Status.History!.Select(h => h.Outcome));
    }

    private Task<ModelDeployment> AtAsync(int weight) => Models.WaitAsync(
        cluster.Client, _ns, $"held at {weight} %", d => d.Status!.Weight == weight && d.Status.WeightInForce == true && d.Status.Phase == nameof(RolloutPhase.Paused));

    private async Task<ModelDeployment> CommandAsync(string text)
    {
        await Models.CommandAsync(cluster.Client, _ns, text);
        return await Models.WaitAsync(cluster.Client, _ns, $"{text} is handled", d => d.Status!.LastHandledCommand == text);
    }
}
