using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Operator.Desired;
using Canario.Rollouts;

namespace Canario.Operator.Tests.Reconcile;

[Collection(ClusterGroup.Name)]
public sealed class UndoTests(ClusterFixture cluster) : IAsyncLifetime
{
    private const string NotReady = """{"status":{"phase":"Running","podIP":"127.0.0.1","conditions":[{"type":"Ready","status":"False"}]}}""";

    private string _ns = "";

    public async Task InitializeAsync() => _ns = await cluster.NewNamespaceAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_kept_revision_serves_again_as_it_was_and_the_same_manifest_changes_nothing()
    {
        await using var history = new RouterHistory(cluster.Client, _ns);
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        var revisions = await RollOutAsync(3);
        var first = await cluster.Client.GetAsync(Resources.ControllerRevisions, _ns, revisions[0], default);
        var before = history.WeightsOf(revisions[0]).Count;

        await Models.CommandAsync(cluster.Client, _ns, $"undo/{revisions[0]}/1");
        var undone = await Models.WaitAsync(cluster.Client, _ns, "undone", d => d.Status!.Phase == nameof(RolloutPhase.RolledBack) && d.Status.WeightInForce == true);
        await Eventually.TrueAsync(async () => await cluster.Client.FindAsync(Resources.Deployments, _ns, revisions[2], default) is null, "what was undone is gone");

        Assert.Equal((revisions[0], (string?)null), (undone.Status!.StableRevision, undone.Status.CandidateRevision));
        Assert.Equal((revisions[2], RolloutReasons.Undone), (Assert.Single(undone.Status.Rejected!).Revision, undone.Status.Reason));
        Assert.True(Models.Is(undone, ConditionTypes.Stalled));
        Assert.Equal((revisions[0], RolloutOutcomes.Promoted), (undone.Status.History![0].Revision, undone.Status.History[0].Outcome));
        // All of it at once, and not before its pods were ready.
        Assert.Equal([0, 100], history.WeightsOf(revisions[0]).Skip(before).Distinct());
        // Its pods are those of its snapshot, which nobody wrote anew.
        Assert.Equal(first.Metadata.ResourceVersion, (await cluster.Client.GetAsync(Resources.ControllerRevisions, _ns, revisions[0], default)).Metadata.ResourceVersion);
        Assert.Equal("http://models/v3/model.onnx", undone.Spec.Model.Uri);

        var writes = await running.RestAsync();
        await Models.SetModelAsync(cluster.Client, _ns, "v3");
        await Models.PatchAsync(cluster.Client, _ns, """{"metadata":{"annotations":{"touched":"yes"}}}""");
        await Models.PatchAsync(cluster.Client, _ns, """{"spec":{"replicas":3}}""");
        var same = await Models.WaitAsync(cluster.Client, _ns, "the new generation is seen", d => d.Status!.ObservedGeneration > undone.Status.ObservedGeneration);
        Assert.Equal((nameof(RolloutPhase.RolledBack), revisions[0]), (same.Status!.Phase, same.Status.StableRevision));
        // Status and stable's replicas.
        Assert.InRange(await running.SettleAsync() - writes, 1, 6);

        // A newer spec is followed as ever, from what serves.
        await Models.SetModelAsync(cluster.Client, _ns, "v4");
        var newer = await Models.WaitReadyAsync(cluster.Client, _ns);
        Assert.DoesNotContain(newer.Status!.StableRevision, revisions);
    }

    /// <summary>The pods of a Deployment that is gone wait for the garbage collector, ready as ever; an undo in that moment would send all traffic to what is about to go.</summary>
    [Fact]
    public async Task Pods_that_an_earlier_Deployment_left_get_no_traffic()
    {
        var mayStart = new TaskCompletionSource();
        var left = new HashSet<string>(StringComparer.Ordinal);
        string? first = null;
        await using var history = new RouterHistory(cluster.Client, _ns);
        await using var pods = new PodPlayer(
            cluster.Client, _ns, pod => first is null || PodPlayer.RevisionOf(pod) != first || left.Contains(pod.Metadata.Name!) || mayStart.Task.IsCompleted ? PodPlayer.Ready : NotReady);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        var revisions = await RollOutAsync(2);
        first = revisions[0];
        await Eventually.TrueAsync(async () => await cluster.Client.FindAsync(Resources.Deployments, _ns, first, default) is null, "the first revision is gone");
        for (var i = 0; i < 2; i++)
        {
            var name = $"left-{i}";
            left.Add(name);
            var pod = new Pod
            {
                Metadata = new ObjectMeta { Namespace = _ns, Name = name, Labels = Objects.BuildLabels(Models.Name, first, Labels.ComponentModel) },
                Spec = new PodSpec { Containers = [new Container { Name = "c", Image = "i" }] },
            };
            await cluster.Client.CreateAsync(Resources.Pods, pod, default);
        }

        // Times of creation are whole seconds.
        await Task.Delay(TimeSpan.FromSeconds(1.1));
        var before = history.WeightsOf(first).Count;
        await Models.CommandAsync(cluster.Client, _ns, $"undo/{first}/1");
        await Models.WaitAsync(cluster.Client, _ns, "the revision is made again", d => d.Status!.CandidateRevision == first && d.Status.Phase == nameof(RolloutPhase.Preparing));
        await Task.Delay(TimeSpan.FromSeconds(3));
        Assert.DoesNotContain(100, history.WeightsOf(first).Skip(before));
    }

    [Fact]
    public async Task What_is_not_kept_or_never_served_is_refused_with_those_that_there_are()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns, PodPlayer.ByImage);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        var revisions = await RollOutAsync(3);
        await cluster.Client.DeleteAsync(Resources.ControllerRevisions, _ns, revisions[0], null, default);
        await Models.SetBrokenAsync(cluster.Client, _ns);
        var back = await Models.WaitAsync(cluster.Client, _ns, "rolled back", d => d.Status!.Phase == nameof(RolloutPhase.RolledBack));
        var broken = Assert.Single(back.Status!.Rejected!).Revision;

        await RefusedAsync($"undo/{revisions[0]}/1", $"not kept, or has never served; there are {revisions[2]}, {revisions[1]}.");
        await RefusedAsync("undo/iris-12345678/2", $"there are {revisions[2]}, {revisions[1]}.");
        await RefusedAsync($"undo/{broken}/3", "is what spec asks for");
        await RefusedAsync($"undo/{revisions[2]}/4", "serves already");
    }

    private async Task<List<string>> RollOutAsync(int versions)
    {
        await Models.CreateAsync(cluster.Client, _ns);
        List<string> revisions = [(await Models.WaitReadyAsync(cluster.Client, _ns)).Status!.StableRevision!];
        for (var version = 2; version <= versions; version++)
        {
            await Models.SetModelAsync(cluster.Client, _ns, $"v{version}");
            revisions.Add((await Models.WaitReadyAsync(cluster.Client, _ns)).Status!.StableRevision!);
        }

        return revisions;
    }

    private async Task RefusedAsync(string command, string reason)
    {
        await Models.CommandAsync(cluster.Client, _ns, command);
        var refused = await Models.WaitAsync(cluster.Client, _ns, $"{command} is handled", d => d.Status!.LastHandledCommand == command);
        Assert.Contains(reason, refused.Status!.LastCommandMessage, StringComparison.Ordinal);
        Assert.Equal(nameof(RolloutPhase.RolledBack), refused.Status.Phase);
    }
}
