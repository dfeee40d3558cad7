using System.Text.Json;
using Canario.Contract;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Rollouts;
using Microsoft.AspNetCore.Http;

namespace Canario.Operator.Tests.Reconcile;

/// <summary>What a new revision's model takes and answers is compared with stable's before it gets traffic.</summary>
[Collection(ClusterGroup.Name)]
public sealed class ContractTests(ClusterFixture cluster)
{
    private static readonly ModelContract s_serving = new()
    {
        Inputs = [new TensorContract("x", "FP32", [-1, 4])],
        Outputs = [new TensorContract("y", "FP32", [-1, 3])],
    };

    private static readonly ModelContract s_other = s_serving with { Inputs = [new TensorContract("x", "FP32", [-1, 5])] };

    private volatile string? _stable;

    [Fact]
    public async Task A_revision_that_callers_would_have_to_change_for_gets_no_traffic_until_spec_says_that_it_is_meant()
    {
        var ns = await cluster.NewNamespaceAsync();
        await using var serving = await ServeAsync(() => s_serving);
        await using var other = await ServeAsync(() => s_other);
        await using var history = new RouterHistory(cluster.Client, ns);
        await using var pods = new PodPlayer(cluster.Client, ns);
        await using var running = await RunningOperator.StartAsync(cluster, ns, models: pod => IsStable(pod) ? serving.Address : other.Address);
        await BeginAsync(ns);

        await Models.SetModelAsync(cluster.Client, ns, "v2");
        var back = await Models.WaitAsync(cluster.Client, ns, "rolled back", d => d.Status!.Phase == nameof(RolloutPhase.RolledBack));
        var rejected = Assert.Single(back.Status!.Rejected!);
        Assert.Equal(RolloutReasons.ContractChanged, rejected.Reason);
        Assert.Contains("input 'x' has shape [-1,5], was [-1,4]", back.Status.Conditions!.Single(c => c.Type == ConditionTypes.Stalled).Message, StringComparison.Ordinal);
        Assert.All(history.WeightsOf(rejected.Revision), weight => Assert.Equal(0, weight));

        // Applied again, with something else changed: no attempt.
        await Models.PatchAsync(cluster.Client, ns, """{"spec":{"replicas":3}}""");
        var again = await Models.WaitAsync(cluster.Client, ns, "the new generation is seen", d => d.Status!.ObservedGeneration == d.Metadata.Generation);
        Assert.Equal((nameof(RolloutPhase.RolledBack), _stable), (again.Status!.Phase, again.Status.StableRevision));

        await Models.PatchAsync(cluster.Client, ns, """{"spec":{"strategy":{"allowContractChange":true}}}""");
        var promoted = await Models.WaitAsync(cluster.Client, ns, "promoted", d => d.Status!.StableRevision == rejected.Revision && d.Status.Phase == nameof(RolloutPhase.Healthy));
        Assert.Empty(promoted.Status!.Rejected ?? []);
    }

    [Fact]
    public async Task A_pod_that_does_not_tell_holds_the_rollout_before_any_traffic()
    {
        var ns = await cluster.NewNamespaceAsync();
        var told = default(ModelContract);
        await using var serving = await ServeAsync(() => s_serving);
        await using var silent = await ServeAsync(() => Volatile.Read(ref told));
        await using var history = new RouterHistory(cluster.Client, ns);
        await using var pods = new PodPlayer(cluster.Client, ns);
        await using var running = await RunningOperator.StartAsync(cluster, ns, models: pod => IsStable(pod) ? serving.Address : silent.Address);
        await BeginAsync(ns);

        await Models.SetModelAsync(cluster.Client, ns, "v2");
        var held = await Models.WaitAsync(cluster.Client, ns, "held", d => d.Status!.Reason == RolloutReasons.ContractPending);
        Assert.All(history.WeightsOf(held.Status!.CandidateRevision!), weight => Assert.Equal(0, weight));
        Volatile.Write(ref told, s_serving);

        await Models.WaitAsync(cluster.Client, ns, "promoted", d => d.Status!.StableRevision == held.Status.CandidateRevision);
    }

    private bool IsStable(Pod pod) => _stable is not { } stable || PodPlayer.RevisionOf(pod) == stable;

    private async Task BeginAsync(string ns)
    {
        await Models.CreateAsync(cluster.Client, ns);
        _stable = (await Models.WaitReadyAsync(cluster.Client, ns)).Status!.StableRevision;
    }

    /// <summary>A model server that tells this contract, or is not able to.</summary>
    private static Task<LoopbackServer> ServeAsync(Func<ModelContract?> contract) => LoopbackServer.StartAsync(context =>
    {
        if (context.Request.Path == HttpPaths.Contract && contract() is { } told)
            return context.Response.WriteAsync(JsonSerializer.Serialize(told, ContractJson.Default.ModelContract));
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return Task.CompletedTask;
    });
}
