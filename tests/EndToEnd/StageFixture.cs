using Canario.Demo;
using Canario.LocalCluster;
using Progress = Canario.Demo.Progress;

namespace Canario.EndToEnd;

/// <summary>One real node with Canario on it for all groups of tests: the first sets it, the last takes it down. A node that was there before stays.</summary>
public sealed class StageFixture : IAsyncLifetime
{
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private const string LabelOfPlaces = "canario.dev/end-to-end";
    private static readonly SemaphoreSlim Gate = new(1);
    private static Stage? shared;
    private static int users;
    private static int lastPort = Manifests.DemoNodePort;
    private static bool wasUp;

    internal Stage Stage { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await Gate.WaitAsync();
        try
        {
            Stage = shared ??= await SetAsync();
            users++;
        }
        finally
        {
            Gate.Release();
        }
    }

    public async Task DisposeAsync()
    {
        await Gate.WaitAsync();
        try
        {
            if (shared is { } stage && --users == 0)
            {
                shared = null;
                await stage.DisposeAsync();
                if (!wasUp)
                {
                    await LocalNode.DownAsync(Console.WriteLine);
                }
            }
        }
        finally
        {
            Gate.Release();
        }
    }

    /// <summary>A namespace for one test, with routers, a node port and, if it shall be stopped, a Prometheus of its own.</summary>
    internal async Task<Place> OpenPlaceAsync(string name, bool withPrometheus = false)
    {
        var @namespace = "e2e-" + name;
        await Stage.Kubectl.ApplyAsync($"apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {@namespace}\n  labels:\n    {LabelOfPlaces}: \"true\"\n", CancellationToken.None);
        var prometheus = withPrometheus ? await Stage.StartPrometheusAsync(CancellationToken.None) : null;
        var manifests = Stage.Manifests with { Namespace = @namespace, NodePort = Interlocked.Increment(ref lastPort) };
        return new Place(Stage.Kubectl, prometheus is null ? manifests : manifests with { Prometheus = prometheus.Address }, prometheus, new Progress($"{name}: "));
    }

    private static async Task<Stage> SetAsync()
    {
        wasUp = (await LocalNode.StatusAsync()).State == NodeState.Up;
        // For a cluster that KUBECONFIG names; see CONTRIBUTING.md.
        var stage = await Stage.SetAsync(skipImages: false, DemoOptions.HostOfEnvironment, new Progress(), CancellationToken.None);
        // Of a run that was killed: names and node ports are the same each time.
        await stage.Kubectl.RunAsync(CancellationToken.None, "delete", "namespaces", "--selector", LabelOfPlaces, "--ignore-not-found", "--timeout=3m");
        return stage;
    }
}
