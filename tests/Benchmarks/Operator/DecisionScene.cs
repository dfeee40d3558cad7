using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Canario.Benchmarks.Router;
using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Caching;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Operator.Desired;
using Canario.Operator.Reconcile;
using Canario.Rollouts;
using Canario.Router.Routing;

namespace Canario.Benchmarks.Operator;

/// <summary>One ModelDeployment whose canary goes up step by step at a command each, with the operator and the router that carry it out.</summary>
internal sealed class DecisionScene : IAsyncDisposable
{
    private const string Name = "m";
    private const string Namespace = "default";
    private const string UserHeader = "x-user";
    /// <summary>Of loopback's own range: the operator asks a router at its pod's address and a fixed port.</summary>
    private const string RouterAddress = "127.77.0.2";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private readonly KubernetesClient _client;
    private readonly Sightings<ModelDeployment> _statuses;
    private readonly Sightings<ConfigMap> _maps;
    private readonly TinyServer _stableServer = new();
    private readonly TinyServer _candidateServer = new();
    private readonly ProxyProcess _router = ProxyProcess.RouterAt(RouterAddress, Ports.Admin);
    private readonly OperatorProcess _operator;
    private readonly HttpClient _http = new();
    private readonly int _steps;
    private RouterClient? _requests;
    private string _stable = "";
    private string _candidate = "";
    private string _serving = "";
    private int _nonce;

    private DecisionScene(KubernetesClient client, string kubeconfig, int steps)
    {
        _client = client;
        _steps = steps;
        _statuses = new Sightings<ModelDeployment>(client, ModelDeployments.Resource, new ReflectorOptions<ModelDeployment> { Namespace = Namespace });
        _maps = new Sightings<ConfigMap>(client, Resources.ConfigMaps, new ReflectorOptions<ConfigMap> { Namespace = Namespace, LabelSelector = Labels.RouterConfig + "=true" });
        _operator = new OperatorProcess(OperatorProcess.AsBuilt, kubeconfig);
    }

    /// <summary>Ends with the candidate rejected: a retry begins the first round.</summary>
    public static async Task<DecisionScene> StartAsync(KubernetesClient client, string kubeconfig, int steps)
    {
        var was = Environment.GetEnvironmentVariable("KUBECONFIG");
        Environment.SetEnvironmentVariable("KUBECONFIG", kubeconfig);
        var scene = new DecisionScene(client, kubeconfig, steps);
        Environment.SetEnvironmentVariable("KUBECONFIG", was);
        await scene.PrepareAsync();
        return scene;
    }

    /// <summary>Gives a command that leads to this step's weight.</summary>
    public async Task<DecisionTimes> RaiseAsync(string command, int step)
    {
        int weight = WeightOf(step);
        // Somebody whom this step moves, and none before it did.
        string user = Enumerable.Range(0, 100_000).Select(i => i.ToString(CultureInfo.InvariantCulture)).First(u => !IsMoved(u, weight - WeightOf(0)) && IsMoved(u, weight));
        DecisionTimes times = await ChangeAsync(command, weight, user, _candidate);
        await _statuses.NextAsync($"{weight} % in force", d => d.Status is { WeightInForce: true, Phase: nameof(RolloutPhase.Paused) } && d.Status.Weight == weight);
        return times;
    }

    public async Task<DecisionTimes> AbortAsync()
    {
        DecisionTimes times = await ChangeAsync("abort", 0, "0", _stable);
        await _statuses.NextAsync("rolled back", d => d.Status is { Phase: nameof(RolloutPhase.RolledBack), WeightInForce: true });
        _serving = (await RouterClient.VersionAsync(_http, _router.Admin))!;
        return times;
    }

    public async ValueTask DisposeAsync()
    {
        _operator.Dispose();
        _router.Dispose();
        _requests?.Dispose();
        _http.Dispose();
        await _statuses.DisposeAsync();
        await _maps.DisposeAsync();
        _stableServer.Dispose();
        _candidateServer.Dispose();
    }

    private int WeightOf(int step) => 100 * (step + 1) / _steps;

    private bool IsMoved(string user, int weight) => StickyHash.Bid(user, _candidate, weight) < StickyHash.Bid(user, _stable, 100 - weight);

    private async Task<DecisionTimes> ChangeAsync(string command, int weight, string user, string revision)
    {
        double bare = await WriteBareAsync();
        long commanded = TimeProvider.System.GetTimestamp();
        await CommandAsync($"{command}/{_candidate}/{++_nonce}");
        (long since, ModelDeployment decided) = await _statuses.NextAsync($"weight {weight}", d => d.Status?.Rollout is { CandidateRevision: not null } rollout && rollout.Weight == weight);
        RolloutState state = decided.Status!.Rollout!;
        string before = _serving;
        string version = RouterConfigurations.Build(decided, RolloutMachine.World(Plans.Build(decided), state), state, decided.Status.Port!.Value)!.Version;
        Task<double> telling = ToldAsync(since, version);
        // Down, the weight's own version soon makes way for the one without the candidate.
        Task<double> acknowledging = UntilAsync(since, async () => await RouterClient.VersionAsync(_http, _router.Admin) is { } now && (now == version || (weight == 0 && now != before)));
        Task<double> following = UntilAsync(since, async () => (await _requests!.AskAsync(UserHeader, user) ?? throw new InvalidOperationException("a request failed")) == revision);
        var times = new DecisionTimes(bare, TimeProvider.System.GetElapsedTime(commanded, since).TotalMilliseconds, await telling, await acknowledging, await following);
        _serving = version;
        return times;
    }

    private async Task<double> WriteBareAsync()
    {
        var map = new ConfigMap
        {
            ApiVersion = "v1",
            Kind = "ConfigMap",
            Metadata = new ObjectMeta { Name = "yardstick", Namespace = Namespace },
            Data = new Dictionary<string, string> { ["nonce"] = $"{_nonce}" },
        };
        long since = TimeProvider.System.GetTimestamp();
        await _client.ApplyAsync(Resources.ConfigMaps, map, CancellationToken.None);
        return TimeProvider.System.GetElapsedTime(since).TotalMilliseconds;
    }

    private async Task<double> ToldAsync(long since, string version)
    {
        var (at, _) = await _maps.NextAsync($"version {version}", m => VersionOf(m) == version);
        return TimeProvider.System.GetElapsedTime(since, at).TotalMilliseconds;
    }

    private static string? VersionOf(ConfigMap map) =>
        map.Data?.GetValueOrDefault(RouterConfiguration.Key) is { } text ? JsonSerializer.Deserialize(text, ContractJson.Default.RouterConfiguration)!.Version : null;

    private static async Task<double> UntilAsync(long since, Func<Task<bool>> condition)
    {
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(since) > s_limit) throw new TimeoutException($"A change was not followed within {s_limit}.");
        }

        return TimeProvider.System.GetElapsedTime(since).TotalMilliseconds;
    }

    private async Task PrepareAsync()
    {
        await _operator.WaitLeadingAsync();
        await _client.CreateAsync(ModelDeployments.Resource, Build(), CancellationToken.None);
        await PlayedNamespaces.MakeReadyAsync(_client, PlayedNamespaces.RouterPod(Namespace), RouterAddress, CancellationToken.None);
        _stable = await PlayRevisionAsync(_stableServer);
        var (_, healthy) = await _statuses.NextAsync("Healthy", d => d.Status is { Phase: nameof(RolloutPhase.Healthy), WeightInForce: true });
        await _router.WaitReadyAsync();
        _requests = await RouterClient.ConnectAsync(IPAddress.Parse(RouterAddress), healthy.Status!.Port!.Value);
        await PatchAsync("""{"spec":{"model":{"uri":"http://models.test/v2/model.onnx"}}}""");
        _candidate = await PlayRevisionAsync(_candidateServer);
        await _statuses.NextAsync("the first step", d => d.Status is { WeightInForce: true, Phase: nameof(RolloutPhase.Paused) });
        _serving = (await RouterClient.VersionAsync(_http, _router.Admin))!;
        await AbortAsync();
    }

    /// <summary>A ready pod and an endpoint for the Deployment that comes next.</summary>
    private async Task<string> PlayRevisionAsync(TinyServer server)
    {
        Deployment? found = null;
        await UntilAsync(TimeProvider.System.GetTimestamp(), async () =>
        {
            var all = await _client.ListAsync(Resources.Deployments, Namespace, new ListOptions { LabelSelector = Labels.Model }, CancellationToken.None);
            found = all.Items.FirstOrDefault(d => d.Metadata.Name != _stable);
            return found is not null;
        });
        var revision = found!.Metadata.Name!;
        await DecisionLatency.WriteSliceAsync(_client, revision, server.Port);
        await PlayedNamespaces.MakeReadyAsync(_client, new ObjectMeta { Namespace = Namespace, Name = revision + "-0", Labels = found.Metadata.Labels }, RouterAddress, CancellationToken.None);
        return revision;
    }

    private ModelDeployment Build() => new()
    {
        Metadata = new ObjectMeta { Namespace = Namespace, Name = Name },
        Spec = new ModelDeploymentSpec
        {
            Model = new ModelSpec { Uri = "http://models.test/v1/model.onnx" },
            Strategy = new StrategySettings
            {
                Canary = new CanarySettings
                {
                    Steps = [.. Enumerable.Range(0, _steps).Select(i => new CanaryStepSettings { Weight = WeightOf(i), Hold = new HoldSettings { Duration = "0s", Manual = true } })],
                },
            },
            Traffic = new TrafficSettings { StickyHeader = UserHeader },
        },
    };

    private Task CommandAsync(string text) => PatchAsync($$$$"""{"metadata":{"annotations":{"{{{{Annotations.Command}}}}":"{{{{text}}}}"}}}""");

    private Task PatchAsync(string json) => _client.MergePatchAsync(ModelDeployments.Resource, Namespace, Name, Encoding.UTF8.GetBytes(json), CancellationToken.None);
}
