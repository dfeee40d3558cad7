using System.Text;
using Canario.Kubernetes.Models;

namespace Canario.Kubernetes.Tests;

[Collection(ClusterGroup.Name)]
public sealed class ClientTests(ClusterFixture cluster)
{
    private readonly KubernetesClient _client = cluster.Client;

    [Fact]
    public async Task A_list_is_complete_when_it_takes_many_pages()
    {
        var ns = await cluster.NewNamespaceAsync();
        await Task.WhenAll(Enumerable.Range(0, 23).Select(i => _client.CreateAsync(Resources.ConfigMaps, Some.ConfigMap(ns, $"c{i}"), default)));
        var first = await _client.ListPageAsync(Resources.ConfigMaps, ns, new ListOptions { PageSize = 5 }, null, default);
        Assert.Equal(5, first.Items.Count);
        Assert.NotEmpty(first.Metadata.Continue!);
        var all = await _client.ListAsync(Resources.ConfigMaps, ns, new ListOptions { PageSize = 5 }, default);
        Assert.Equal(Enumerable.Range(0, 23).Select(i => $"c{i}").Order(), all.Items.Select(item => item.Metadata.Name).Order());
    }

    [Fact]
    public async Task Selectors_choose_by_label_and_field()
    {
        var ns = await cluster.NewNamespaceAsync();
        await _client.CreateAsync(Resources.ConfigMaps, Some.ConfigMap(ns, "a", label: "x"), default);
        await _client.CreateAsync(Resources.ConfigMaps, Some.ConfigMap(ns, "b", label: "y"), default);
        var byLabel = await _client.ListAsync(Resources.ConfigMaps, ns, new ListOptions { LabelSelector = "app in (x, z)" }, default);
        var byField = await _client.ListAsync(Resources.ConfigMaps, ns, new ListOptions { FieldSelector = "metadata.name=b" }, default);
        Assert.Equal("a", Assert.Single(byLabel.Items).Metadata.Name);
        Assert.Equal("b", Assert.Single(byField.Items).Metadata.Name);
    }

    [Fact]
    public async Task Server_side_apply_of_anothers_field_conflicts_and_force_takes_it()
    {
        var ns = await cluster.NewNamespaceAsync();
        await _client.ApplyAsync(Resources.ConfigMaps, Some.ConfigMap(ns, "a", "mine"), default, fieldManager: "first");
        var conflict = await ErrorOf(() => _client.ApplyAsync(Resources.ConfigMaps, Some.ConfigMap(ns, "a", "theirs"), default, fieldManager: "second", force: false));
        Assert.Equal(KubernetesError.Conflict, conflict.Error);
        Assert.Contains(conflict.Causes, cause => cause.Field == ".data.key" && cause.Message!.Contains("first", StringComparison.Ordinal));
        var forced = await _client.ApplyAsync(Resources.ConfigMaps, Some.ConfigMap(ns, "a", "theirs"), default, fieldManager: "second");
        Assert.Equal("theirs", forced.Data!["key"]);
    }

    [Fact]
    public async Task Applying_less_removes_what_the_manager_applied_before_and_nothing_else()
    {
        var ns = await cluster.NewNamespaceAsync();
        await _client.ApplyAsync(Resources.ConfigMaps, Some.ConfigMap(ns, "a"), default);
        await _client.MergePatchAsync(Resources.ConfigMaps, ns, "a", """{"data":{"other":"2"}}"""u8.ToArray(), default);
        var without = Some.ConfigMap(ns, "a") with { Data = null };
        var left = await _client.ApplyAsync(Resources.ConfigMaps, without, default);
        Assert.Equal(["other"], left.Data!.Keys);
    }

    [Fact]
    public async Task Applying_the_same_again_changes_nothing()
    {
        var ns = await cluster.NewNamespaceAsync();
        var first = await _client.ApplyAsync(Resources.ConfigMaps, Some.ConfigMap(ns, "a"), default);
        var second = await _client.ApplyAsync(Resources.ConfigMaps, Some.ConfigMap(ns, "a"), default);
        Assert.Equal(first.Metadata.ResourceVersion, second.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task A_dry_run_is_checked_and_not_stored()
    {
        var ns = await cluster.NewNamespaceAsync();
        var dry = await _client.ApplyAsync(Resources.ConfigMaps, Some.ConfigMap(ns, "a"), default, dryRun: true);
        Assert.Equal("1", dry.Data!["key"]);
        Assert.Null(await _client.FindAsync(Resources.ConfigMaps, ns, "a", default));
        await _client.CreateAsync(Resources.ConfigMaps, Some.ConfigMap(ns, "a"), default);
        await _client.DeleteAsync(Resources.ConfigMaps, ns, "a", new DeleteOptions { DryRun = true }, default);
        Assert.NotNull(await _client.FindAsync(Resources.ConfigMaps, ns, "a", default));
    }

    [Fact]
    public async Task Errors_are_typed()
    {
        var ns = await cluster.NewNamespaceAsync();
        await _client.CreateAsync(Resources.ConfigMaps, Some.ConfigMap(ns, "a"), default);
        Assert.Equal(KubernetesError.NotFound, (await ErrorOf(() => _client.GetAsync(Resources.ConfigMaps, ns, "none", default))).Error);
        Assert.Equal(KubernetesError.AlreadyExists, (await ErrorOf(() => _client.CreateAsync(Resources.ConfigMaps, Some.ConfigMap(ns, "a"), default))).Error);
        var stale = Some.ConfigMap(ns, "a", "2");
        stale.Metadata.ResourceVersion = "1";
        Assert.Equal(KubernetesError.Conflict, (await ErrorOf(() => _client.ReplaceAsync(Resources.ConfigMaps, stale, default))).Error);
        var invalid = await ErrorOf(() => _client.CreateAsync(Resources.ConfigMaps, Some.ConfigMap(ns, "Not A Name"), default));
        Assert.Equal(KubernetesError.Invalid, invalid.Error);
        Assert.Contains(invalid.Causes, cause => cause.Field == "metadata.name");
        var stranger = new KubernetesClient(_client.Access with { Credentials = new StaticCredentials(new Credential("nobody", null)) });
        Assert.Equal(KubernetesError.Unauthorized, (await ErrorOf(() => stranger.GetAsync(Resources.ConfigMaps, ns, "a", default))).Error);
        stranger.Dispose();
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_unavailable()
    {
        using var lost = new KubernetesClient(new ClusterAccess { Server = new Uri("http://127.0.0.1:9") });
        Assert.Equal(KubernetesError.Unavailable, (await ErrorOf(() => lost.GetVersionAsync(default))).Error);
    }

    [Fact]
    public async Task A_delete_with_preconditions_spares_another_incarnation_and_version()
    {
        var ns = await cluster.NewNamespaceAsync();
        var made = await _client.CreateAsync(Resources.ConfigMaps, Some.ConfigMap(ns, "a"), default);
        var otherUid = new DeleteOptions { Uid = "00000000-0000-0000-0000-000000000000" };
        Assert.Equal(KubernetesError.Conflict, (await ErrorOf(() => _client.DeleteAsync(Resources.ConfigMaps, ns, "a", otherUid, default))).Error);
        Assert.Equal(KubernetesError.Conflict, (await ErrorOf(() => _client.DeleteAsync(Resources.ConfigMaps, ns, "a", new DeleteOptions { ResourceVersion = "1" }, default))).Error);
        var right = new DeleteOptions { Uid = made.Metadata.Uid, ResourceVersion = made.Metadata.ResourceVersion, Propagation = Propagation.Background };
        await _client.DeleteAsync(Resources.ConfigMaps, ns, "a", right, default);
        Assert.Null(await _client.FindAsync(Resources.ConfigMaps, ns, "a", default));
    }

    [Fact]
    public async Task Discovery_picks_the_first_version_that_is_served()
    {
        var versions = await _client.GetApiVersionsAsync(default);
        Assert.Contains("v1", versions);
        Assert.Contains("apps/v1", versions);
        var slices = await _client.ResolveAsync([Resources.EndpointSlices, Resources.EndpointSlicesV1Beta1], default);
        Assert.Equal(versions.Contains("discovery.k8s.io/v1") ? "v1" : "v1beta1", slices!.Version);
        Assert.Null(await _client.ResolveAsync([Resources.Pods with { Group = "none.example" }], default));
    }

    [Fact]
    public async Task A_deployment_keeps_all_that_is_modelled()
    {
        var ns = await cluster.NewNamespaceAsync();
        var labels = new Dictionary<string, string> { ["app"] = "web" };
        var container = new Container
        {
            Name = "web",
            Image = "example/web:1",
            Ports = [new ContainerPort { Name = "http", Port = 8080 }],
            Env = [new EnvVar { Name = "POD", ValueFrom = new EnvVarSource { FieldRef = new ObjectFieldSelector { FieldPath = "metadata.name" } } }],
            Resources = new ResourceRequirements { Requests = new Dictionary<string, string> { ["cpu"] = "250m" } },
            ReadinessProbe = new Probe { HttpGet = new HttpGetAction { Path = "/ready", Port = "http" }, PeriodSeconds = 1 },
            LivenessProbe = new Probe { TcpSocket = new TcpSocketAction { Port = 8080 } },
            SecurityContext = new SecurityContext { RunAsNonRoot = true, ReadOnlyRootFilesystem = true, Capabilities = new Capabilities { Drop = ["ALL"] }, SeccompProfile = new SeccompProfile { Type = "RuntimeDefault" } },
            VolumeMounts = [new VolumeMount { Name = "cache", MountPath = "/cache" }],
        };
        var wanted = new Deployment
        {
            Metadata = new ObjectMeta { Namespace = ns, Name = "web", Labels = labels },
            Spec = new DeploymentSpec
            {
                Replicas = 0,
                Selector = new LabelSelector { MatchLabels = labels },
                Strategy = new DeploymentStrategy { Type = "RollingUpdate", RollingUpdate = new RollingUpdateDeployment { MaxSurge = "25%", MaxUnavailable = 0 } },
                Template = new PodTemplateSpec
                {
                    Metadata = new ObjectMeta { Labels = labels },
                    Spec = new PodSpec
                    {
                        Containers = [container],
                        EnableServiceLinks = false,
                        Volumes = [new Volume { Name = "cache", EmptyDir = new EmptyDirVolume { SizeLimit = "1Gi" } }],
                        TopologySpreadConstraints = [new TopologySpreadConstraint { MaxSkew = 1, TopologyKey = "zone", WhenUnsatisfiable = "ScheduleAnyway", LabelSelector = new LabelSelector { MatchLabels = labels } }],
                    },
                },
            },
        };
        await _client.ApplyAsync(Resources.Deployments, wanted, default);
        var read = await _client.GetAsync(Resources.Deployments, ns, "web", default);
        var spec = read.Spec!.Template!.Spec!;
        Assert.Equal("25%", read.Spec.Strategy!.RollingUpdate!.MaxSurge);
        Assert.Equal(0, read.Spec.Strategy.RollingUpdate.MaxUnavailable!.Value.Number);
        Assert.Equal("http", spec.Containers![0].ReadinessProbe!.HttpGet!.Port);
        Assert.Equal(8080, spec.Containers[0].Ports![0].Port);
        Assert.Equal("RuntimeDefault", spec.Containers[0].SecurityContext!.SeccompProfile!.Type);
        Assert.Equal("1Gi", spec.Volumes![0].EmptyDir!.SizeLimit);
        Assert.Equal("zone", spec.TopologySpreadConstraints![0].TopologyKey);
        Assert.False(spec.EnableServiceLinks);
        Assert.Equal(1, read.Metadata.Generation);
    }

    [Fact]
    public async Task A_secret_is_bytes_here_and_base64_on_the_wire()
    {
        var ns = await cluster.NewNamespaceAsync();
        var secret = new Secret { Metadata = new ObjectMeta { Namespace = ns, Name = "s" }, Data = new Dictionary<string, byte[]> { ["token"] = Encoding.UTF8.GetBytes("ä") } };
        await _client.CreateAsync(Resources.Secrets, secret, default);
        Assert.Equal("ä", Encoding.UTF8.GetString((await _client.GetAsync(Resources.Secrets, ns, "s", default)).Data!["token"]));
    }

    internal static async Task<KubernetesException> ErrorOf(Func<Task> call) => await Assert.ThrowsAsync<KubernetesException>(call);
}
