using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Operator.Desired;

namespace Canario.Operator.Tests.Reconcile;

/// <summary>Objects of names that Canario needs, made by somebody who never heard of it: they have none of its labels, so that no watch shows them.</summary>
[Collection(ClusterGroup.Name)]
public sealed class ForeignObjectTests(ClusterFixture cluster) : IAsyncLifetime
{
    private string _ns = "";

    public async Task InitializeAsync() => _ns = await cluster.NewNamespaceAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_ConfigMap_of_somebody_else_is_neither_merged_into_nor_deleted_with_the_model()
    {
        var name = Names.RouterConfiguration(Models.Name);
        var theirs = await cluster.Client.CreateAsync(
            Resources.ConfigMaps, new ConfigMap { Metadata = new ObjectMeta { Namespace = _ns, Name = name }, Data = new Dictionary<string, string> { ["theirs"] = "1" } }, default);
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        await Models.CreateAsync(cluster.Client, _ns);

        var stalled = await Models.WaitAsync(cluster.Client, _ns, "Stalled", d => Models.Is(d, ConditionTypes.Stalled));
        var condition = stalled.Status!.Conditions!.Single(c => c.Type == ConditionTypes.Stalled);
        Assert.Equal("NameTaken", condition.Reason);
        Assert.Contains($"ConfigMap {name}", condition.Message, StringComparison.Ordinal);
        await SaidAsync($"ConfigMap {name}");
        await cluster.Client.DeleteAsync(ModelDeployments.Resource, _ns, Models.Name, null, default);
        await Eventually.TrueAsync(async () => await cluster.Client.FindAsync(Resources.Deployments, _ns, Names.Router, default) is null, "the model and its routers are gone");

        // To the byte: no field, no label, no owner.
        var left = await cluster.Client.GetAsync(Resources.ConfigMaps, _ns, name, default);
        Assert.Equal((theirs.Metadata.Uid, theirs.Metadata.ResourceVersion), (left.Metadata.Uid, left.Metadata.ResourceVersion));
    }

    [Fact]
    public async Task A_router_Deployment_of_somebody_else_is_left_alone_until_it_is_gone()
    {
        var labels = new Dictionary<string, string> { ["app"] = "theirs" };
        var theirs = await cluster.Client.CreateAsync(
            Resources.Deployments,
            new Deployment
            {
                Metadata = new ObjectMeta { Namespace = _ns, Name = Names.Router },
                Spec = new DeploymentSpec
                {
                    Replicas = 0,
                    Selector = new LabelSelector { MatchLabels = labels },
                    Template = new PodTemplateSpec { Metadata = new ObjectMeta { Labels = labels }, Spec = new PodSpec { Containers = [new Container { Name = "c", Image = "i" }] } },
                },
            },
            default);
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        await Models.CreateAsync(cluster.Client, _ns);

        await SaidAsync($"Deployment {Names.Router}");
        var left = await cluster.Client.GetAsync(Resources.Deployments, _ns, Names.Router, default);
        Assert.Equal((theirs.Metadata.Uid, theirs.Metadata.Generation), (left.Metadata.Uid, left.Metadata.Generation));
        Assert.Null(left.Metadata.Labels?.GetValueOrDefault(Labels.ManagedBy));

        await cluster.Client.DeleteAsync(Resources.Deployments, _ns, Names.Router, null, default);
        await Models.WaitReadyAsync(cluster.Client, _ns);
    }

    private Task SaidAsync(string what) => Eventually.TrueAsync(
        async () => (await cluster.Client.ListAsync(Resources.Events, _ns, null, default)).Items
            .Exists(e => e.InvolvedObject!.Name == Models.Name && e.Reason == "NameTaken" && e.Message!.Contains(what, StringComparison.Ordinal)),
        "an event says so");
}
