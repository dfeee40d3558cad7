using System.Collections.Concurrent;
using Canario.Kubernetes;
using Canario.Operator.Api;

namespace Canario.Operator.Tests.Reconcile;

[Collection(WaitingGroup.Name)]
public sealed class LeadershipTests(ClusterFixture cluster)
{
    private readonly ConcurrentQueue<(string Who, long At)> _writes = new();

    [Fact]
    public async Task Two_operators_never_both_write_not_even_when_one_is_cut_off_and_comes_back()
    {
        var ns = await cluster.NewNamespaceAsync();
        await using var pods = new PodPlayer(cluster.Client, ns);
        var cutOff = new StrongBox();
        await using var first = await StartAsync(ns, "first", cutOff);
        await Models.CreateAsync(cluster.Client, ns);
        await Models.WaitReadyAsync(cluster.Client, ns);
        await using var second = await StartAsync(ns, "second", new StrongBox());
        await Models.SetModelAsync(cluster.Client, ns, "v2");
        await PromotedAsync(ns, 2);
        Assert.Equal(["first"], _writes.Select(w => w.Who).Distinct());

        cutOff.Value = true;
        await Models.SetModelAsync(cluster.Client, ns, "v3");
        await PromotedAsync(ns, 3);
        Assert.Equal("second", (await cluster.Client.ListAsync(Resources.Leases, ns, null, default)).Items.Single().Spec!.HolderIdentity);
        cutOff.Value = false;
        await Models.SetModelAsync(cluster.Client, ns, "v4");
        await PromotedAsync(ns, 4);

        // All of the one's, then all of the other's.
        var order = _writes.ToArray().OrderBy(w => w.At).Select(w => w.Who).ToList();
        Assert.Equal(order.Order(StringComparer.Ordinal), order);
        Assert.Equal(2, order.Distinct().Count());
    }

    [Fact]
    public async Task A_stopped_leader_hands_over_without_the_lease_running_out()
    {
        var ns = await cluster.NewNamespaceAsync();
        await using var pods = new PodPlayer(cluster.Client, ns);
        var first = await StartAsync(ns, "first", new StrongBox());
        await Models.CreateAsync(cluster.Client, ns);
        await Models.WaitReadyAsync(cluster.Client, ns);
        await using var second = await StartAsync(ns, "second", new StrongBox());

        await first.DisposeAsync();
        // A lease that nobody gave up runs for 15 s.
        var lease = Assert.Single((await cluster.Client.ListAsync(Resources.Leases, ns, null, default)).Items);
        Assert.NotEqual("first", lease.Spec!.HolderIdentity);
        await Models.SetModelAsync(cluster.Client, ns, "v2");
        await PromotedAsync(ns, 2);

        Assert.Contains("second", _writes.Select(w => w.Who));
    }

    private Task<RunningOperator> StartAsync(string ns, string identity, StrongBox cutOff) => RunningOperator.StartAsync(
        cluster, ns, inner => new RecordingHandler(inner, identity, _writes, cutOff), leaderElection: true, identity: identity);

    private Task PromotedAsync(string ns, int rollouts) => Models.WaitAsync(
        cluster.Client, ns, $"rollout {rollouts} is over", d => d.Status?.History?.Count == rollouts && Models.Is(d, ConditionTypes.Ready));

    private sealed class StrongBox
    {
        private volatile bool _value;

        public bool Value
        {
            get => _value;
            set => _value = value;
        }
    }

    /// <summary>Notes the writes that reach the API server, the lease's own left out, and cuts the process off when told to.</summary>
    private sealed class RecordingHandler(HttpMessageHandler inner, string who, ConcurrentQueue<(string Who, long At)> writes, StrongBox cutOff) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (cutOff.Value)
                throw new HttpRequestException("cut off");
            var path = request.RequestUri!.AbsolutePath;
            if (request.Method != HttpMethod.Get && !path.Contains("/leases", StringComparison.Ordinal) && !path.Contains("/events", StringComparison.Ordinal))
                writes.Enqueue((who, TimeProvider.System.GetTimestamp()));
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
