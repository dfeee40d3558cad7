using Canario.Operator.Desired;
using static Canario.Operator.Tests.Chart.HelmChart;

namespace Canario.Operator.Tests.Chart;

/// <summary>The chart as a real helm renders it.</summary>
public sealed class ChartTests
{
    [Fact]
    public async Task It_passes_helm_s_lint() => Assert.Contains("0 chart(s) failed", (await HelmAsync("lint", Folder)).Output, StringComparison.Ordinal);

    [Fact]
    public async Task The_operator_may_do_all_that_it_grants_to_routers()
    {
        var role = Assert.Single(await RenderAsync(), document => Kind(document) == "ClusterRole" && Text(document, "metadata", "name") == "canario");
        var held = Rights(role);

        Assert.DoesNotContain("*", string.Join(' ', held), StringComparison.Ordinal);
        foreach (var rule in RouterObjects.BuildRole("team").Rules!)
        {
            var granted = from ns in rule.ApiGroups! from resource in rule.Resources! from verb in rule.Verbs! select $"{ns} {resource} {verb}".TrimStart();
            Assert.All(granted, grant => Assert.Contains(grant, held));
        }
    }

    [Fact]
    public async Task The_operator_runs_by_the_restricted_pod_security_standard()
    {
        var deployment = Assert.Single(await RenderAsync(), document => Kind(document) == "Deployment");
        var pod = Node(deployment, "spec", "template", "spec");
        var container = Sequence(pod, "containers").Single();

        Assert.Equal("true", Text(pod, "securityContext", "runAsNonRoot"));
        Assert.Equal("RuntimeDefault", Text(pod, "securityContext", "seccompProfile", "type"));
        Assert.Equal("false", Text(container, "securityContext", "allowPrivilegeEscalation"));
        Assert.Equal("true", Text(container, "securityContext", "readOnlyRootFilesystem"));
        Assert.Equal("ALL", Sequence(container, "securityContext", "capabilities", "drop").Single().ToString());
        Assert.Equal("2", Text(deployment, "spec", "replicas"));
    }

    [Fact]
    public async Task Monitors_are_rendered_only_when_asked_for()
    {
        Assert.DoesNotContain(await RenderAsync(), document => Kind(document).EndsWith("Monitor", StringComparison.Ordinal));
        var asked = await RenderAsync("--set", "monitoring.podMonitor=true,monitoring.serviceMonitor=true");
        Assert.Equal(["PodMonitor", "PodMonitor", "ServiceMonitor"], asked.Select(Kind).Where(kind => kind.EndsWith("Monitor", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public async Task One_namespace_needs_no_rights_on_the_others()
    {
        var documents = await RenderAsync("--set", "operator.watchNamespace=team");

        Assert.DoesNotContain(documents, document => Kind(document) == "ClusterRoleBinding");
        Assert.Contains(documents, document => Kind(document) == "Role" && Text(document, "metadata", "namespace") == "team");
    }

    [Theory]
    [InlineData("operator.replica=1", "replica")]
    [InlineData("router.replicas=0", "router")]
    [InlineData("images.pullPolicy=Sometimes", "pullPolicy")]
    [InlineData("prometheus.address=prometheus:9090", "address")]
    public async Task A_value_that_is_not_allowed_is_refused(string setting, string named)
    {
        var (exit, output) = await HelmAsync("template", "canario", Folder, "--set", setting);

        Assert.NotEqual(0, exit);
        Assert.Contains(named, output, StringComparison.Ordinal);
    }
}
