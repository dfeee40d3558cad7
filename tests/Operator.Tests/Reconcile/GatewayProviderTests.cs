using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Operator.Desired;
using Canario.Operator.Reconcile;
using Canario.Operator.Tests.Traffic;
using Canario.Rollouts;

namespace Canario.Operator.Tests.Reconcile;

/// <summary>A Gateway splits by an HTTPRoute. The route's kind is the real one on a real API server; the gateway's part is played.</summary>
[Collection(GatewayGroup.Name)]
public sealed class GatewayProviderTests(ClusterFixture cluster) : IAsyncLifetime
{
    private string _ns = "";

    public async Task InitializeAsync()
    {
        await GatewayApiCrd.InstallAsync(cluster.Client);
        _ns = await cluster.NewNamespaceAsync();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_canary_moves_the_route_s_weights_and_callers_in_the_cluster_with_its_promotion()
    {
        var weights = new ConcurrentQueue<string>();
        await using var seen = FollowWeights(weights);
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var gateway = new GatewayPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        var stable = await ServeAsync("""{"name":"web","namespace":"edge","sectionName":"https","hostnames":["models.example.com"],"path":"/iris"}""");

        var half = await RollToHalfAsync();
        var candidate = half.Status!.CandidateRevision!;
        Assert.Equal(stable, await ServiceRevisionAsync());
        var spec = (await GetRouteAsync()).Spec!.Value;
        var parent = spec.GetProperty("parentRefs")[0];
        Assert.Equal(("web", "edge", "https"), (Text(parent, "name"), Text(parent, "namespace"), Text(parent, "sectionName")));
        Assert.Equal("models.example.com", spec.GetProperty("hostnames")[0].GetString());
        var rule = Assert.Single(spec.GetProperty("rules").EnumerateArray());
        Assert.Equal("/iris", Text(rule.GetProperty("matches")[0].GetProperty("path"), "value"));
        Assert.Equal("URLRewrite", Text(Assert.Single(rule.GetProperty("filters").EnumerateArray()), "type"));
        Assert.All(rule.GetProperty("backendRefs").EnumerateArray(), backend => Assert.Equal(Ports.InferenceHttp, backend.GetProperty("port").GetInt32()));

        await Models.CommandAsync(cluster.Client, _ns, $"promote/{candidate}/1");
        await Models.WaitAsync(cluster.Client, _ns, "promoted", d => d.Status!.StableRevision == candidate && Models.Is(d, ConditionTypes.Ready));
        Assert.Equal(candidate, await ServiceRevisionAsync());
        await Eventually.TrueAsync(() => weights.LastOrDefault() == $"{candidate}=100", "the route has the new revision alone");
        Assert.Equal([$"{stable}=100", $"{stable}=100 {candidate}=0", $"{stable}=50 {candidate}=50", $"{stable}=0 {candidate}=100", $"{candidate}=100"], weights);
        Assert.Null(await cluster.Client.FindAsync(Resources.Deployments, _ns, Names.Router, default));
    }

    [Fact]
    public async Task A_rollback_gives_stable_the_route_back()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var gateway = new GatewayPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        var stable = await ServeAsync();
        var candidate = (await RollToHalfAsync()).Status!.CandidateRevision!;

        await Models.CommandAsync(cluster.Client, _ns, $"abort/{candidate}/1");
        await Models.WaitAsync(cluster.Client, _ns, "rolled back", d => d.Status is { Phase: nameof(RolloutPhase.RolledBack), WeightInForce: true });

        Assert.Equal($"{stable}=100", WeightsOf(await GetRouteAsync()));
        await Eventually.TrueAsync(async () => await cluster.Client.FindAsync(Resources.Deployments, _ns, candidate, default) is null, "the candidate is gone");
    }

    [Fact]
    public async Task Requests_that_match_have_a_rule_of_their_own_while_there_are_two_sides()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var gateway = new GatewayPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        await ServeAsync();
        await Models.PatchAsync(cluster.Client, _ns, """{"spec":{"traffic":{"matches":[{"header":"x-tester","value":"yes"}]}}}""");
        var candidate = (await RollToHalfAsync()).Status!.CandidateRevision!;

        await Eventually.TrueAsync(async () => (await RulesAsync()).Count == 2, "there is a rule for testers");
        var rule = (await RulesAsync())[0];
        var header = Assert.Single(rule.GetProperty("matches")[0].GetProperty("headers").EnumerateArray());
        Assert.Equal(("Exact", "x-tester", "yes"), (Text(header, "type"), Text(header, "name"), Text(header, "value")));
        Assert.Equal(candidate, Text(Assert.Single(rule.GetProperty("backendRefs").EnumerateArray()), "name"));

        await Models.CommandAsync(cluster.Client, _ns, $"abort/{candidate}/1");
        await Models.WaitAsync(cluster.Client, _ns, "rolled back", d => d.Status is { Phase: nameof(RolloutPhase.RolledBack), WeightInForce: true });
        Assert.Single(await RulesAsync());
    }

    [Fact]
    public async Task A_shadow_s_copies_are_the_gateway_s_mirror()
    {
        var copies = new ConcurrentQueue<string>();
        await using var seen = new Following<HttpRoute>(cluster.Client, Resources.HttpRoutes, _ns, change =>
        {
            if (change.New is { } route && MirrorOf(route) is { } mirror)
                copies.Enqueue($"{Text(mirror.GetProperty("backendRef"), "name")} {mirror.TryGetProperty("percent", out _)}");
        });
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var gateway = new GatewayPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        await ServeAsync();
        await Models.PatchAsync(cluster.Client, _ns, """{"spec":{"strategy":{"type":"Shadow","canary":null,"shadow":{"then":"Promote","steps":[{"percent":100,"hold":{"duration":"0s"}}]}}}}""");

        await Models.SetModelAsync(cluster.Client, _ns, "v2");
        var done = await Models.WaitAsync(cluster.Client, _ns, "promoted", d => d.Status!.History is [.., { Outcome: RolloutOutcomes.Promoted }] && Models.Is(d, ConditionTypes.Ready) && d.Status.ObservedGeneration == d.Metadata.Generation && d.Status.StableRevision == d.Status.Revision);

        Assert.Equal($"{done.Status!.StableRevision} False", Assert.Single(copies.Distinct()));
        Assert.Null(MirrorOf(await GetRouteAsync()));
    }

    [Fact]
    public async Task A_share_of_copies_that_the_installed_kind_does_not_know_is_refused_and_nothing_is_copied()
    {
        await GatewayApiCrd.RemoveAsync(cluster.Client);
        await GatewayApiCrd.InstallAsync(cluster.Client);
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var gateway = new GatewayPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        await ServeAsync();
        await Models.PatchAsync(cluster.Client, _ns, """{"spec":{"strategy":{"type":"Shadow","canary":null,"shadow":{"then":"Drop","steps":[{"percent":30,"hold":{"duration":"0s","manual":true}}]}}}}""");

        await Models.SetModelAsync(cluster.Client, _ns, "v2");
        // Later releases know it, such as one that a folder may hold.
        if (GatewayApiCrd.Folder is null)
        {
            var stalled = await Models.WaitAsync(cluster.Client, _ns, "refused", d => Stalled(d)?.Reason == Obstacles.MirrorShareUnknown);
            Assert.Contains("spec.strategy.shadow.steps[0].percent is 30", Stalled(stalled)!.Message, StringComparison.Ordinal);
            Assert.NotEqual(true, stalled.Status!.WeightInForce);
            Assert.Null(MirrorOf(await GetRouteAsync()));
            await GatewayApiCrd.AddPercentAsync(cluster.Client);
            // Asked again with back-off, or at any event.
            await Models.PatchAsync(cluster.Client, _ns, """{"metadata":{"labels":{"a":"b"}}}""");
        }

        await Models.WaitAsync(cluster.Client, _ns, "copied", d => d.Status is { Mirror: 30, WeightInForce: true, StepStartedAt: not null });
        Assert.Equal(30, MirrorOf(await GetRouteAsync())!.Value.GetProperty("percent").GetInt32());
    }

    [Fact]
    public async Task A_route_that_the_gateway_does_not_accept_holds_the_weight_and_says_why()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var gateway = new GatewayPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        await ServeAsync();

        gateway.Refuses = true;
        await Models.SetModelAsync(cluster.Client, _ns, "v2");
        var held = await Models.WaitAsync(cluster.Client, _ns, "held", d => d.Status is { Weight: 50, Reason: RolloutReasons.TrafficPending } && Reconciling(d).Contains("NotAllowedByListeners", StringComparison.Ordinal));
        Assert.Contains("the listener takes no routes of this namespace", Reconciling(held), StringComparison.Ordinal);
        Assert.Contains("web", Reconciling(held), StringComparison.Ordinal);
        Assert.Null(held.Status!.StepStartedAt);

        gateway.Refuses = false;
        await Models.WaitAsync(cluster.Client, _ns, "promoted", d => d.Status!.StableRevision == held.Status.CandidateRevision && Models.Is(d, ConditionTypes.Ready));
    }

    [Fact]
    public async Task Without_the_kind_the_model_says_so_and_is_served_as_soon_as_it_is_installed()
    {
        await GatewayApiCrd.RemoveAsync(cluster.Client);
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var gateway = new GatewayPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        await CreateAsync("""{"name":"web"}""");
        var stalled = await Models.WaitAsync(cluster.Client, _ns, "the kind is missed", d => Stalled(d)?.Reason == Obstacles.GatewayApiMissing && d.Status!.StableRevision is not null);
        Assert.Contains("install the Gateway API's CRDs", Stalled(stalled)!.Message, StringComparison.Ordinal);
        Assert.Equal(stalled.Status!.StableRevision, await ServiceRevisionAsync());

        await GatewayApiCrd.InstallAsync(cluster.Client);
        await Models.WaitReadyAsync(cluster.Client, _ns);

        await GatewayApiCrd.RemoveAsync(cluster.Client);
        await Models.WaitAsync(cluster.Client, _ns, "it is missed again", d => Stalled(d)?.Reason == Obstacles.GatewayApiMissing);
        await GatewayApiCrd.InstallAsync(cluster.Client);
        await Models.WaitReadyAsync(cluster.Client, _ns);
    }

    [Fact]
    public async Task A_route_that_somebody_edits_or_deletes_is_made_right_again_and_then_left_alone()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var gateway = new GatewayPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        var stable = await ServeAsync();

        foreach (var patch in (string[])["""{"spec":{"hostnames":["elsewhere.example.com"]}}""", """{"spec":{"rules":[{"backendRefs":[{"name":"other","port":80}]}]}}"""])
        {
            await Insist.OnConflictAsync(() => cluster.Client.MergePatchAsync(Resources.HttpRoutes, _ns, Models.Name, Encoding.UTF8.GetBytes(patch), default));
            await Eventually.TrueAsync(async () => await GetRouteAsync() is var live && WeightsOf(live) == $"{stable}=100" && !live.Spec!.Value.GetProperty("hostnames").EnumerateArray().Any(), $"{patch} is mended");
        }

        var uid = (await GetRouteAsync()).Metadata.Uid;
        await cluster.Client.DeleteAsync(Resources.HttpRoutes, _ns, Models.Name, null, default);
        await Eventually.TrueAsync(async () => await cluster.Client.FindAsync(Resources.HttpRoutes, _ns, Models.Name, default) is { } made && made.Metadata.Uid != uid, "it is made again");
        // The gateway's word on the new route is told in status.
        var writes = await running.RestAsync();
        await Models.PatchAsync(cluster.Client, _ns, """{"metadata":{"labels":{"a":"b"}}}""");
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        Assert.Equal(writes, running.Writes);
    }

    [Fact]
    public async Task What_another_provider_leaves_is_taken_away()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var gateway = new GatewayPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        await Models.CreateAsync(cluster.Client, _ns);
        var stable = (await Models.WaitReadyAsync(cluster.Client, _ns)).Status!.StableRevision!;

        await Models.PatchAsync(cluster.Client, _ns, """{"spec":{"traffic":{"provider":"GatewayApi","gateway":{"name":"web"}}}}""");
        await Models.WaitReadyAsync(cluster.Client, _ns);
        Assert.Equal($"{stable}=100", WeightsOf(await GetRouteAsync()));
        Assert.Equal(stable, await ServiceRevisionAsync());

        await Models.PatchAsync(cluster.Client, _ns, """{"spec":{"traffic":{"provider":"Service","gateway":null}}}""");
        await Models.WaitReadyAsync(cluster.Client, _ns);
        await Eventually.TrueAsync(async () => await cluster.Client.FindAsync(Resources.HttpRoutes, _ns, Models.Name, default) is null, "the route is gone");
        await Eventually.TrueAsync(async () => await cluster.Client.FindAsync(Resources.Deployments, _ns, Names.Router, default) is null, "the routers are gone", TimeSpan.FromSeconds(60));
    }

    private async Task CreateAsync(string gateway)
    {
        var settings = JsonSerializer.Deserialize(gateway, ApiJson.Default.Options.GetTypeInfo(typeof(GatewaySettings))) as GatewaySettings;
        await Models.CreateAsync(cluster.Client, _ns, change: spec => spec with { Traffic = new TrafficSettings { Provider = TrafficProviderNames.GatewayApi, Gateway = settings } });
    }

    private async Task<string> ServeAsync(string gateway = """{"name":"web"}""")
    {
        await CreateAsync(gateway);
        return (await Models.WaitReadyAsync(cluster.Client, _ns)).Status!.StableRevision!;
    }

    private async Task<ModelDeployment> RollToHalfAsync()
    {
        await Models.PatchAsync(cluster.Client, _ns, """{"spec":{"strategy":{"canary":{"steps":[{"weight":50,"hold":{"duration":"0s","manual":true}}]}}}}""");
        await Models.SetModelAsync(cluster.Client, _ns, "v2");
        return await Models.WaitAsync(cluster.Client, _ns, "50 % in force", d => d.Status is { Weight: 50, WeightInForce: true, StepStartedAt: not null, Phase: nameof(RolloutPhase.Paused) });
    }

    private Task<HttpRoute> GetRouteAsync() => cluster.Client.GetAsync(Resources.HttpRoutes, _ns, Models.Name, default);

    private async Task<List<JsonElement>> RulesAsync() => [.. (await GetRouteAsync()).Spec!.Value.GetProperty("rules").EnumerateArray()];

    private async Task<string?> ServiceRevisionAsync() => (await cluster.Client.GetAsync(Resources.Services, _ns, Models.Name, default)).Spec!.Selector!.GetValueOrDefault(Labels.Revision);

    /// <summary>The shares of the route, one after the other.</summary>
    private Following<HttpRoute> FollowWeights(ConcurrentQueue<string> weights) => new(cluster.Client, Resources.HttpRoutes, _ns, change =>
    {
        if (change.New is { } route && WeightsOf(route) is var shares && shares != weights.LastOrDefault())
            weights.Enqueue(shares);
    });

    private static string WeightsOf(HttpRoute route) => string.Join(' ', route.Spec!.Value.GetProperty("rules").EnumerateArray().Last().GetProperty("backendRefs").EnumerateArray().Select(backend => $"{Text(backend, "name")}={backend.GetProperty("weight")}"));

    private static JsonElement? MirrorOf(HttpRoute route) => route.Spec!.Value.GetProperty("rules").EnumerateArray().Last().TryGetProperty("filters", out var filters)
        ? filters.EnumerateArray().Select(filter => filter.TryGetProperty("requestMirror", out var mirror) ? mirror : default(JsonElement?)).FirstOrDefault(mirror => mirror is not null)
        : null;

    private static Condition? Stalled(ModelDeployment deployment) => deployment.Status?.Conditions?.FirstOrDefault(c => c is { Type: ConditionTypes.Stalled, Status: "True" });

    private static string Reconciling(ModelDeployment deployment) => deployment.Status!.Conditions!.Single(c => c.Type == ConditionTypes.Reconciling).Message ?? "";

    private static string? Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) ? value.GetString() : null;
}
