using System.Text.Json;
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
    public async Task What_is_applied_again_through_a_rollout_and_a_rollback_meets_no_conflict_and_has_nothing_written()
    {
        var ns = await cluster.NewNamespaceAsync();
        await using var pods = new PodPlayer(cluster.Client, ns, PodPlayer.ByImage);
        await using var running = await RunningOperator.StartAsync(cluster, ns);
        await ApplyAsync(ns, "");
        var first = await Models.WaitReadyAsync(cluster.Client, ns);

        // A field that the first manifest did not have: somebody else must not have come to own it meanwhile.
        const string Good = """ "tolerations":[{"key":"gpu","operator":"Exists"}] """;
        const string Broken = $$""" {{Good}},"image":"{{PodPlayer.BrokenImage}}" """;
        var promoted = await AgainAndAgainAsync(ns, Good, "promoted", d => d.Status!.StableRevision != first.Status!.StableRevision && d.Status.Phase == nameof(RolloutPhase.Healthy));
        var back = await AgainAndAgainAsync(ns, Broken, "rolled back", d => d.Status!.Phase == nameof(RolloutPhase.RolledBack));

        Assert.Equal(promoted.Status!.StableRevision, back.Status!.StableRevision);
        var tried = Assert.Single(back.Status.Rejected!).Revision;
        await Eventually.TrueAsync(async () => await cluster.Client.FindAsync(Resources.Deployments, ns, tried, default) is null, "its Deployment is gone");
        var writes = await running.RestAsync();
        var settled = await Models.GetAsync(cluster.Client, ns);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(settled.Metadata.Generation, (await ApplyAsync(ns, Broken)).Metadata.Generation);
            await Task.Delay(s_pause);
        }
        Assert.Equal(writes, running.Writes);
    }

    /// <summary>Until the condition holds; every application must succeed, and all of them are one generation.</summary>
    private async Task<ModelDeployment> AgainAndAgainAsync(string ns, string server, string what, Func<ModelDeployment, bool> condition)
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

    /// <param name="server">What spec.server says, without its braces.</param>
    private async Task<ModelDeployment> ApplyAsync(string ns, string server)
    {
        using var spec = JsonDocument.Parse($$$$"""
            {"replicas":2,"model":{"uri":"http://models/v1/model.onnx"},"server":{{{{{server}}}}},"bake":{"duration":"0s"},
            "strategy":{"type":"Canary","canary":{"steps":[{"weight":50,"hold":{"duration":"0s"}}]}}}
            """);
        var manifest = new WrittenManifest { Metadata = new ObjectMeta { Namespace = ns, Name = Models.Name }, Spec = spec.RootElement };
        var applied = await cluster.Client.ApplyAsync(WrittenManifest.Type, manifest, CancellationToken.None, fieldManager: Manager, force: false);
        var read = await Models.GetAsync(cluster.Client, ns);
        // Nothing between the two but the operator's own status.
        Assert.Equal(applied.Metadata.Generation, read.Metadata.Generation);
        return read;
    }
}
