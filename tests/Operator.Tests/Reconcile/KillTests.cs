using Canario.Kubernetes;
using Canario.Operator.Api;
using Canario.Operator.Tests.Traffic;
using Canario.Rollouts;

namespace Canario.Operator.Tests.Reconcile;

/// <summary>
/// The operator dies at each of its writes, as by SIGKILL. That is played at its transport, so that the very write can be chosen, just before it or just after it: no answer comes and nothing is sent any more,
/// not even an end of its lease or its last events. What a killed process leaves behind is what it had sent, and nothing else: it has no file, and its memory is thrown away here too, for the next operator
/// shares nothing with it but the API server. What its other workers have on the way at that moment may still arrive, as from the socket of a killed process.
/// </summary>
[Collection(KillGroup.Name)]
public sealed class KillTests(ClusterFixture cluster)
{
    /// <summary>A promotion whose pods are an autoscaler's to count.</summary>
    private const string Autoscaled = nameof(Autoscaled);

    /// <summary>A promotion without routers.</summary>
    private const string ByService = nameof(ByService);

    /// <summary>A promotion by a gateway's route.</summary>
    private const string ByGateway = nameof(ByGateway);

    /// <summary>Namespaces at once: the API server is the bottleneck.</summary>
    private const int AtOnce = 6;

    [Theory]
    [InlineData(RolloutOutcomes.Promoted, false)]
    [InlineData(RolloutOutcomes.Promoted, true)]
    [InlineData(RolloutOutcomes.RolledBack, false)]
    [InlineData(RolloutOutcomes.RolledBack, true)]
    [InlineData(RolloutReasons.Undone, false)]
    [InlineData(RolloutReasons.Undone, true)]
    [InlineData(Autoscaled, true)]
    [InlineData(ByService, true)]
    [InlineData(ByGateway, true)]
    public async Task A_kill_at_any_write_of_a_rollout_ends_in_the_same_state(string outcome, bool afterTheWrite)
    {
        var (expected, writes) = await RolloutAsync(outcome, int.MaxValue, afterTheWrite, null);
        Assert.InRange(writes, 15, 400);
        Assert.Contains($":{(outcome is Autoscaled or ByService or ByGateway ? RolloutOutcomes.Promoted : outcome)}", expected, StringComparison.Ordinal);

        var next = 0;
        var different = new List<string>();
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is var killAt && killAt <= writes)
            {
                var (end, _) = await RolloutAsync(outcome, killAt, afterTheWrite, expected);
                if (end != expected)
                {
                    lock (different)
                        different.Add($"kill at write {killAt}: {end}");
                }
            }
        }));

        Assert.True(different.Count == 0, $"expected {expected}\n{string.Join('\n', different)}");
    }

    /// <param name="expected">The end that is waited for; null: it is not known yet.</param>
    private async Task<(string End, int Writes)> RolloutAsync(string outcome, int killAt, bool afterTheWrite, string? expected)
    {
        var ns = await cluster.NewNamespaceAsync();
        await using var pods = new PodPlayer(cluster.Client, ns, PodPlayer.ByImage);
        if (outcome == ByGateway)
            await GatewayApiCrd.InstallAsync(cluster.Client);
        await using var gateway = outcome == ByGateway ? new GatewayPlayer(cluster.Client, ns) : null;
        using var handler = new KillingHandler(killAt, afterTheWrite);
        var first = await RunningOperator.StartAsync(cluster, ns, handler.Around);
        using var over = new CancellationTokenSource();
        var restart = RestartAsync();
        try
        {
            await Models.CreateAsync(cluster.Client, ns, change: spec => spec with { Traffic = Traffic(outcome) });
            var revision = (await Models.WaitReadyAsync(cluster.Client, ns)).Status!.StableRevision!;
            var gone = outcome switch
            {
                RolloutOutcomes.Promoted => await PromoteAsync(ns, revision),
                RolloutOutcomes.RolledBack => await RollBackAsync(ns),
                Autoscaled => await ScaleAndPromoteAsync(ns, revision),
                ByService or ByGateway => await PromoteAsync(ns, revision),
                _ => await UndoAsync(ns, revision),
            };
            await Eventually.TrueAsync(
                async () => await cluster.Client.FindAsync(Resources.Deployments, ns, gone, default) is null && await cluster.Client.FindAsync(Resources.Services, ns, gone, default) is null,
                "the other revision is gone");
            return (await WaitForEndAsync(ns, expected), handler.Writes);
        }
        finally
        {
            await over.CancelAsync();
            await using var last = await restart;
        }

        async Task<RunningOperator> RestartAsync()
        {
            await handler.Killed.WaitAsync(over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!handler.Killed.IsCompleted)
                return first;
            await first.DisposeAsync();
            return await RunningOperator.StartAsync(cluster, ns);
        }
    }

    private static TrafficSettings Traffic(string outcome) => outcome switch
    {
        ByService => new TrafficSettings { Provider = TrafficProviderNames.Service },
        ByGateway => new TrafficSettings { Provider = TrafficProviderNames.GatewayApi, Gateway = new GatewaySettings { Name = "web" } },
        _ => new TrafficSettings(),
    };

    /// <summary>Answers the revision that goes.</summary>
    private async Task<string> PromoteAsync(string ns, string stable)
    {
        await Models.SetModelAsync(cluster.Client, ns, "v2");
        await Models.WaitAsync(cluster.Client, ns, "promoted", d => d.Status!.StableRevision != stable && Models.Is(d, ConditionTypes.Ready));
        return stable;
    }

    /// <summary>From 2 replicas of spec's to 3 of the autoscaler's, which the new revision must have too, and keep for a while.</summary>
    private async Task<string> ScaleAndPromoteAsync(string ns, string stable)
    {
        await Models.PatchAsync(cluster.Client, ns, """{"spec":{"replicas":1,"autoscaling":{"minReplicas":1,"maxReplicas":5}}}""");
        await Eventually.TrueAsync(async () => await cluster.Client.FindAsync(Resources.HorizontalPodAutoscalersV2Beta2, ns, stable, default) is not null, "an autoscaler is there");
        await Insist.OnConflictAsync(() => cluster.Client.MergePatchAsync(Resources.Deployments, ns, stable, """{"spec":{"replicas":3}}"""u8.ToArray(), default, "scale"));
        await Models.WaitAsync(cluster.Client, ns, "3 of 3", d => d.Status!.Ready == "3/3");
        return await PromoteAsync(ns, stable);
    }

    private async Task<string> RollBackAsync(string ns)
    {
        await Models.SetBrokenAsync(cluster.Client, ns);
        var back = await Models.WaitAsync(cluster.Client, ns, "rolled back", d => d.Status!.Phase == nameof(RolloutPhase.RolledBack));
        return Assert.Single(back.Status!.Rejected!).Revision;
    }

    private async Task<string> UndoAsync(string ns, string first)
    {
        await PromoteAsync(ns, first);
        await Models.CommandAsync(cluster.Client, ns, $"undo/{first}/1");
        var back = await Models.WaitAsync(cluster.Client, ns, "undone", d => d.Status!.StableRevision == first && d.Status.Phase == nameof(RolloutPhase.RolledBack));
        return Assert.Single(back.Status!.Rejected!).Revision;
    }

    private async Task<string> WaitForEndAsync(string ns, string? expected)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var end = await DescribeAsync(ns);
            if (expected is null || end == expected || TimeProvider.System.GetElapsedTime(start) > TimeSpan.FromSeconds(120))
                return end;
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }

    /// <summary>All that must be the same however it came about: no times, versions or uids.</summary>
    private async Task<string> DescribeAsync(string ns)
    {
        var deployment = await Models.GetAsync(cluster.Client, ns);
        var status = deployment.Status!;
        var objects = new List<string>();
        objects.AddRange((await cluster.Client.ListAsync(Resources.Deployments, ns, null, default)).Items.Select(d => $"{d.Metadata.Name}*{d.Spec!.Replicas}"));
        objects.AddRange((await cluster.Client.ListAsync(Resources.HorizontalPodAutoscalersV2Beta2, ns, null, default)).Items.Select(a => $"autoscaler {a.Metadata.Name}>={a.Spec!.MinReplicas}"));
        objects.AddRange((await cluster.Client.ListAsync(Resources.Services, ns, null, default)).Items.Select(s => $"service {s.Metadata.Name}"));
        objects.AddRange((await cluster.Client.ListAsync(Resources.ControllerRevisions, ns, null, default)).Items.Select(r => $"history {r.Metadata.Name}#{r.Revision}"));
        if (deployment.Spec.Traffic.Gateway is not null)
            objects.AddRange((await cluster.Client.ListAsync(Resources.HttpRoutes, ns, null, default)).Items.Select(r => $"route {r.Metadata.Name}"));
        objects.Sort(StringComparer.Ordinal);
        var history = string.Join(",", (status.History ?? []).Select(h => $"{h.Revision}:{h.Outcome}"));
        return $"{status.Phase} {status.Reason} {status.StableRevision} {status.Port} rejected {string.Join(',', (status.Rejected ?? []).Select(r => $"{r.Revision}:{r.Reason}"))} history {history} rollout {status.Rollout!.Phase} | {string.Join(' ', objects)}";
    }
}
