using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Rollouts;

namespace Canario.Operator.Tests.Reconcile;

/// <summary>A tool that applies what stands in a repository again and again, as a manager of its own that never forces.</summary>
[Collection(ClusterGroup.Name)]
public sealed class GitOpsTests(ClusterFixture cluster)
{
    private const string Manager = "gitops";
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task What_is_applied_again_through_a_rollout_and_a_rollback_meets_no_conflict_and_changes_nothing()
    {
        var ns = await cluster.NewNamespaceAsync();
        await using var pods = new PodPlayer(cluster.Client, ns, PodPlayer.ByImage);
        await using var running = await RunningOperator.StartAsync(cluster, ns);
        await ApplyAsync(ns, new ServerSpec());
        var first = await Models.WaitReadyAsync(cluster.Client, ns);

        // A field that the first manifest did not have: somebody else must not have come to own it meanwhile.
        var good = new ServerSpec { ImagePullSecrets = [new LocalObjectReference { Name = "registry" }] };
        var promoted = await AgainAndAgainAsync(ns, good, "promoted", d => d.Status!.StableRevision != first.Status!.StableRevision && d.Status.Phase == nameof(RolloutPhase.Healthy));
        var back = await AgainAndAgainAsync(ns, good with { Image = PodPlayer.BrokenImage }, "rolled back", d => d.Status!.Phase == nameof(RolloutPhase.RolledBack));

        Assert.Equal(promoted.Status!.StableRevision, back.Status!.StableRevision);
        var tried = Assert.Single(back.Status.Rejected!).Revision;
        await Eventually.TrueAsync(async () => await cluster.Client.FindAsync(Resources.Deployments, ns, tried, default) is null, "its Deployment is gone");
        var (settled, writes) = (await Models.GetAsync(cluster.Client, ns), running.Writes);
        for (var i = 0; i < 20; i++)
        {
            // Applying what is there is no change: the API server answers the version that it has.
            Assert.Equal(settled.Metadata.ResourceVersion, (await ApplyAsync(ns, good with { Image = PodPlayer.BrokenImage })).Metadata.ResourceVersion);
            await Task.Delay(s_pause);
        }
        Assert.Equal(writes, running.Writes);
    }

    /// <summary>Until the condition holds; every application must succeed, and all of them are one generation.</summary>
    private async Task<ModelDeployment> AgainAndAgainAsync(string ns, ServerSpec server, string what, Func<ModelDeployment, bool> condition)
    {
        var generations = new HashSet<long?>();
        ModelDeployment? applied = null;
        await Eventually.TrueAsync(
            async () =>
            {
                applied = await ApplyAsync(ns, server);
                generations.Add(applied.Metadata.Generation);
                return applied.Status?.ObservedGeneration == applied.Metadata.Generation && condition(applied);
            },
            what,
            TimeSpan.FromSeconds(120),
            () => $"phase {applied?.Status?.Phase}: {applied?.Status?.Message}");
        Assert.Single(generations);
        return applied!;
    }

    private Task<ModelDeployment> ApplyAsync(string ns, ServerSpec server) => cluster.Client.ApplyAsync(
        ModelDeployments.Resource,
        new ModelDeployment
        {
            Metadata = new ObjectMeta { Namespace = ns, Name = Models.Name },
            Spec = Models.Fastest() with { Server = server },
        },
        CancellationToken.None, fieldManager: Manager, force: false);
}
