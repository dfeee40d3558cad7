using System.Text.Json;
using Canario.Kubernetes.Models;

namespace Canario.Kubernetes.Tests;

[Collection(ClusterGroup.Name)]
public sealed class CustomResourceTests(ClusterFixture cluster)
{
    private const string Definition = """
        {"group":"test.canario.dev","scope":"Namespaced","names":{"plural":"widgets","singular":"widget","kind":"Widget","listKind":"WidgetList"},
         "versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{}},
           "schema":{"openAPIV3Schema":{"type":"object","properties":{
             "spec":{"type":"object","properties":{"size":{"type":"integer","minimum":1}}},
             "status":{"type":"object","properties":{"phase":{"type":"string"},"observedGeneration":{"type":"integer"}}}}}}}]}
        """;

    [Fact]
    public async Task A_custom_resource_goes_round_and_its_status_conflicts_when_stale()
    {
        var client = cluster.Client;
        var ns = await cluster.NewNamespaceAsync();
        await client.ApplyAsync(
            Resources.CustomResourceDefinitions,
            new CustomResourceDefinition { Metadata = new ObjectMeta { Name = "widgets.test.canario.dev" }, Spec = JsonDocument.Parse(Definition).RootElement },
            default);
        await EstablishedAsync(client);

        var made = await client.ApplyAsync(Widget.Type, New(ns, 3), default);
        Assert.Equal(3, made.Spec!.Size);
        var listed = await client.ListAsync(Widget.Type, ns, null, default);
        Assert.Equal(made.Metadata.Uid, Assert.Single(listed.Items).Metadata.Uid);

        var written = await client.ReplaceStatusAsync(Widget.Type, made with { Status = new WidgetStatus { Phase = "Ready", ObservedGeneration = 1 } }, default);
        Assert.Equal("Ready", written.Status!.Phase);
        Assert.Equal(1, written.Metadata.Generation);
        var stale = made with { Status = new WidgetStatus { Phase = "Old" } };
        Assert.Equal(KubernetesError.Conflict, (await ClientTests.ErrorOf(() => client.ReplaceStatusAsync(Widget.Type, stale, default))).Error);

        var changed = await client.ApplyAsync(Widget.Type, New(ns, 4), default);
        Assert.Equal(2, changed.Metadata.Generation);
        Assert.Equal("Ready", changed.Status!.Phase);

        var invalid = await ClientTests.ErrorOf(() => client.ApplyAsync(Widget.Type, New(ns, 0), default));
        Assert.Equal(KubernetesError.Invalid, invalid.Error);
        Assert.Contains(invalid.Causes, cause => cause.Field == "spec.size");
    }

    private static Widget New(string ns, int size) => new() { Metadata = new ObjectMeta { Namespace = ns, Name = "w" }, Spec = new WidgetSpec { Size = size } };

    private static async Task EstablishedAsync(KubernetesClient client)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await client.ResolveAsync([Widget.Type], limit.Token) is null)
        {
            await Task.Delay(50, limit.Token);
        }
    }
}
