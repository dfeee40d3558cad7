using System.Text.Json;
using System.Text.Json.Nodes;
using Canario.Kubernetes;
using Canario.Kubernetes.Configuration;
using Canario.Kubernetes.Models;
using Canario.LocalCluster;
using Canario.Operator.Api;
using Canario.Operator.Crd;
using Canario.Operator.Tests.Api;

namespace Canario.Operator.Tests.Crd;

// IAsyncLifetime disposes what it starts.
#pragma warning disable CA1001
public sealed class CrdOnApiServerTests : IAsyncLifetime
#pragma warning restore CA1001
{
    // Spec as raw JSON: what a user writes, not what our types would add to it.
    internal static readonly ResourceType<CustomResourceDefinition> Raw = new(
        ModelDeployment.Group, ModelDeployment.Version, ModelDeployment.Plural, ModelDeployment.KindName, true,
        KubernetesJson.Default.CustomResourceDefinition, KubernetesJson.Default.KubernetesListCustomResourceDefinition);

    ControlPlane plane = null!;
    KubernetesClient client = null!;

    public async Task InitializeAsync()
    {
        plane = await ControlPlane.StartAsync(new ControlPlaneOptions { ControllerManager = false });
        client = new KubernetesClient(ClusterAccessLoader.Load(plane.KubeconfigPath));
        await ServedCrd.CreateAsync(client);
    }

    public async Task DisposeAsync()
    {
        client?.Dispose();
        if (plane is not null)
        {
            await plane.DisposeAsync();
        }
    }

    [Fact]
    public async Task The_API_server_defaults_prunes_keeps_and_refuses_as_the_types_say()
    {
        await MinimalSpecGetsTheDefaultsOfTheTypes();
        await UnknownFieldsOfSpecArePruned();
        await StatusKeepsTheMachinesMemory();
        await FullSpecComesBackUnchanged();
        await InvalidSpecsAreRefused();
    }

    async Task MinimalSpecGetsTheDefaultsOfTheTypes()
    {
        await CreateAsync("minimal", """{"model":{"uri":"file:///m.onnx"}}""");

        var read = await client.GetAsync(ModelDeployments.Resource, "default", "minimal", default);

        Assert.Equal(Json(new ModelDeploymentSpec { Model = new ModelSpec { Uri = "file:///m.onnx" } }), Json(read.Spec));
        var stored = (await client.GetAsync(Raw, "default", "minimal", default)).Spec!.Value;
        Assert.Equal("30s", stored.GetProperty("traffic").GetProperty("timeout").GetString());
        Assert.Empty(SpecValidator.Validate(read));
    }

    async Task UnknownFieldsOfSpecArePruned()
    {
        await CreateAsync("pruned", """{"model":{"uri":"file:///m.onnx","typo":1},"server":{"resources":{"limits":{"cpu":2,"memory":"1Gi"}}}}""");

        var stored = (await client.GetAsync(Raw, "default", "pruned", default)).Spec!.Value;

        Assert.False(stored.GetProperty("model").TryGetProperty("typo", out _));
        var read = await client.GetAsync(ModelDeployments.Resource, "default", "pruned", default);
        Assert.Equal("2", read.Spec.Server.Resources!.Limits!["cpu"].ToString());
    }

    async Task StatusKeepsTheMachinesMemory()
    {
        var read = await client.GetAsync(ModelDeployments.Resource, "default", "minimal", default);
        var state = new Rollouts.RolloutState { Phase = Rollouts.RolloutPhase.Baking, CandidateRevision = "minimal-1", Rejected = [new("minimal-0", "ErrorRate", "m", DateTimeOffset.UnixEpoch, 1)] };
        var status = new ModelDeploymentStatus { ObservedGeneration = 1, Phase = "Baking", Weight = 100, Rollout = state, Gates = [new GateStatus { Name = "g", Value = 0.5 }] };

        await client.ApplyAsync(ModelDeployments.Resource, new ModelDeployment
        {
            ApiVersion = ModelDeployment.GroupVersion,
            Kind = ModelDeployment.KindName,
            Metadata = new ObjectMeta { Name = "minimal", Namespace = "default" },
            Spec = read.Spec,
            Status = status,
        }, default, subresource: "status");

        var stored = (await client.GetAsync(ModelDeployments.Resource, "default", "minimal", default)).Status!;
        Assert.Equal(state, stored.Rollout);
        Assert.Equal((100, "Baking", 0.5), (stored.Weight, stored.Phase, stored.Gates![0].Value));
    }

    async Task FullSpecComesBackUnchanged()
    {
        var full = Example.Full();
        full = full with { Metadata = new ObjectMeta { Name = "full", Namespace = "default" } };

        var read = await client.CreateAsync(ModelDeployments.Resource, full, default);

        // Maps come back in the server's order.
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Json(full.Spec)), JsonNode.Parse(Json(read.Spec))), Json(read.Spec));
    }

    async Task InvalidSpecsAreRefused()
    {
        var refused = 0;
        foreach (var invalid in InvalidSpecs.All.Where(invalid => invalid.Schema))
        {
            var deployment = invalid.Change(Example.Minimal());
            deployment = deployment with { Metadata = new ObjectMeta { Name = "invalid", Namespace = "default" } };
            var error = await Record.ExceptionAsync(() => client.CreateAsync(ModelDeployments.Resource, deployment, default, dryRun: true)) as KubernetesException;
            Assert.True(error is not null, $"{invalid.Name}: taken");
            Assert.True(error.Error == KubernetesError.Invalid, $"{invalid.Name}: {error.Message}");
            refused++;
        }

        Assert.InRange(refused, 35, 200);
    }

    Task CreateAsync(string name, string spec) => client.CreateAsync(Raw, new CustomResourceDefinition
    {
        ApiVersion = ModelDeployment.GroupVersion,
        Kind = ModelDeployment.KindName,
        Metadata = new ObjectMeta { Name = name, Namespace = "default" },
        Spec = JsonDocument.Parse(spec).RootElement,
    }, default);

    static string Json(ModelDeploymentSpec spec) => JsonSerializer.Serialize(spec, ApiJson.Default.ModelDeploymentSpec);
}
