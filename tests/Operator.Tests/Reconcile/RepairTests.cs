using System.Text;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Desired;

namespace Canario.Operator.Tests.Reconcile;

[Collection(ClusterGroup.Name)]
public sealed class RepairTests(ClusterFixture cluster) : IAsyncLifetime
{
    private const string RestartedAt = "kubectl.kubernetes.io/restartedAt";

    private string _ns = "";

    public async Task InitializeAsync() => _ns = await cluster.NewNamespaceAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task What_somebody_adds_where_it_breaks_serving_is_taken_out_and_the_rest_stays()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        await Models.CreateAsync(cluster.Client, _ns);
        await Models.PatchAsync(cluster.Client, _ns, """{"spec":{"service":{"type":"NodePort"}}}""");
        var revision = (await Models.WaitReadyAsync(cluster.Client, _ns)).Status!.StableRevision!;
        await Eventually.TrueAsync(async () => (await GetAsync(Resources.Services, Models.Name)).Spec!.Type == "NodePort", "the Service has node ports");
        var map = Names.RouterConfiguration(Models.Name);
        var right = await DescribeAsync(revision);
        // Somebody's right.
        await PatchAsync(Resources.Services, Models.Name, """{"metadata":{"labels":{"team":"plants"}}}""");
        await PatchAsync(Resources.Deployments, revision, $$$$$$"""{"spec":{"template":{"metadata":{"annotations":{"{{{{{{RestartedAt}}}}}}":"now"}}}}}""");

        await PatchAsync(Resources.Services, Models.Name, """{"spec":{"selector":{"x":"y"}}}""");
        await Insist.OnConflictAsync(async () => await cluster.Client.ApplyAsync(Resources.Services, await BuildPortsEditAsync(), default, fieldManager: "somebody"));
        await PatchAsync(Resources.Services, revision, """{"spec":{"selector":{"x":"y"},"publishNotReadyAddresses":true}}""");
        await PatchAsync(Resources.ConfigMaps, map, """{"data":{"more":"{}"}}""");
        await PatchAsync(Resources.Deployments, Names.Router, """{"spec":{"template":{"spec":{"nodeSelector":{"disk":"none"},"hostNetwork":true}}}}""");
        await PatchAsync(Resources.PodDisruptionBudgetsV1Beta1, Names.Router, """{"spec":{"minAvailable":2,"maxUnavailable":null}}""");
        await Insist.OnConflictAsync(() => cluster.Client.ApplyAsync(Resources.Deployments, BuildEdit(revision), default, fieldManager: "somebody"));

        var seen = "";
        await Eventually.TrueAsync(async () => (seen = await DescribeAsync(revision)) == right, $"all is as it was: {right}", TimeSpan.FromSeconds(120), () => seen);
        Assert.Equal("plants", (await GetAsync(Resources.Services, Models.Name)).Metadata.Labels!["team"]);
        Assert.Equal("now", (await GetAsync(Resources.Deployments, revision)).Spec!.Template!.Metadata!.Annotations![RestartedAt]);
        await Models.WaitReadyAsync(cluster.Client, _ns);
    }

    [Fact]
    public async Task What_spec_no_longer_asks_for_goes_although_the_object_came_with_it()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await Models.CreateAsync(cluster.Client, _ns);
        await Models.PatchAsync(cluster.Client, _ns, """{"spec":{"service":{"annotations":{"lb/idle":"30","lb/kind":"inner"}}}}""");
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        await Models.WaitReadyAsync(cluster.Client, _ns);
        await PatchAsync(Resources.Services, Models.Name, """{"metadata":{"annotations":{"theirs":"1"}}}""");
        Assert.Equal("lb/idle,lb/kind,theirs", await AnnotationsAsync());

        await Models.PatchAsync(cluster.Client, _ns, """{"spec":{"service":{"annotations":{"lb/idle":null}}}}""");

        await Eventually.TrueAsync(async () => await AnnotationsAsync() == "lb/kind,theirs", "one annotation is gone and the others are there");

        async Task<string> AnnotationsAsync() =>
            string.Join(',', (await GetAsync(Resources.Services, Models.Name)).Metadata.Annotations!.Keys.Where(k => !k.StartsWith("canario.dev/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    /// <summary>One port more.</summary>
    private async Task<Service> BuildPortsEditAsync()
    {
        var ports = (await GetAsync(Resources.Services, Models.Name)).Spec!.Ports!;
        return new Service
        {
            Metadata = new ObjectMeta { Namespace = _ns, Name = Models.Name },
            Spec = new ServiceSpec { Ports = [.. ports, new ServicePort { Name = "more", Port = 99, Protocol = "TCP" }] },
        };
    }

    /// <summary>A sidecar, and a variable and a mount for the container that there is.</summary>
    private Deployment BuildEdit(string revision) => new()
    {
        Metadata = new ObjectMeta { Namespace = _ns, Name = revision },
        Spec = new DeploymentSpec
        {
            Template = new PodTemplateSpec
            {
                Spec = new PodSpec
                {
                    Containers =
                    [
                        new Container { Name = ModelPods.ContainerName, Env = [new EnvVar { Name = "HTTP_PROXY", Value = "http://nowhere" }], VolumeMounts = [new VolumeMount { Name = "tmp", MountPath = "/app" }] },
                        new Container { Name = "sidecar", Image = "sidecar:1" },
                    ],
                },
            },
        },
    };

    private async Task<string> DescribeAsync(string revision)
    {
        var service = (await GetAsync(Resources.Services, Models.Name)).Spec!;
        var backend = (await GetAsync(Resources.Services, revision)).Spec!;
        var model = (await GetAsync(Resources.Deployments, revision)).Spec!.Template!.Spec!;
        var router = (await GetAsync(Resources.Deployments, Names.Router)).Spec!.Template!.Spec!;
        var budget = (await GetAsync(Resources.PodDisruptionBudgetsV1Beta1, Names.Router)).Spec!;
        var data = (await GetAsync(Resources.ConfigMaps, Names.RouterConfiguration(Models.Name))).Data!;
        // The node ports too: people have them in their load balancers.
        return $"""
            service {Text(service.Selector)} {string.Join(',', service.Ports!.Select(p => $"{p.Name} {p.Port} {p.TargetPort} {p.NodePort}"))}
            backend {Text(backend.Selector)} {backend.PublishNotReadyAddresses == true}
            map {string.Join(',', data.Keys)}
            model {string.Join(',', model.Containers!.Select(c => $"{c.Name} [{string.Join(' ', (c.Env ?? []).Select(e => e.Name))}] [{string.Join(' ', (c.VolumeMounts ?? []).Select(m => m.MountPath))}]"))}
            router {Text(router.NodeSelector)} {router.HostNetwork == true}
            budget {budget.MinAvailable} {budget.MaxUnavailable}
            """;
    }

    private static string Text(IReadOnlyDictionary<string, string>? map) => string.Join(',', (map ?? new Dictionary<string, string>()).OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}"));

    private Task<T> GetAsync<T>(ResourceType<T> type, string name) where T : class, IKubernetesObject => cluster.Client.GetAsync(type, _ns, name, default);

    private Task PatchAsync<T>(ResourceType<T> type, string name, string json) where T : class, IKubernetesObject =>
        Insist.OnConflictAsync(() => cluster.Client.MergePatchAsync(type, _ns, name, Encoding.UTF8.GetBytes(json), default));
}
