using System.Text.Json;
using System.Text.Json.Nodes;
using Canario.Kubernetes;
using Canario.Kubernetes.Configuration;
using Canario.Kubernetes.Models;
using Canario.LocalCluster;
using Canario.Operator.Api;
using Canario.Operator.Crd;
using Canario.Operator.Tests.Api;
using Canario.Operator.Tests.Docs;

namespace Canario.Operator.Tests.Crd;

/// <summary>Kubernetes 1.20 drops the CEL rules of a CRD; a current API server compiles them, bounds their cost, and runs them.</summary>
public sealed class CrdOnCurrentApiServerTests
{
    [ExtensionsServerFact]
    public async Task A_current_API_server_takes_the_CRD_and_what_is_shown_and_refuses_by_each_rule()
    {
        await using var plane = await ControlPlane.StartAsync(new ControlPlaneOptions { ControllerManager = false, UseKubeconfigFromEnvironment = false });
        using var client = new KubernetesClient(ClusterAccessLoader.Load(await plane.StartExtensionsServerAsync(ExtensionsServerFactAttribute.Program!)));

        var crd = await ServedCrd.CreateAsync(client);
        Assert.DoesNotContain(crd.Status!.Conditions!, c => c is { Type: "NonStructuralSchema", Status: "True" });

        await DefaultsAreThoseOfTheTypes(client);
        await WhatIsShownIsTaken(client);
        await EachRuleRefusesSomething(client);
    }

    static async Task DefaultsAreThoseOfTheTypes(KubernetesClient client)
    {
        var created = await CreateAsync(client, """{"metadata":{"name":"minimal"},"spec":{"model":{"uri":"file:///m.onnx"},"traffic":{},"service":{},"strategy":{}}}""");
        Assert.Equal(Json(new ModelDeploymentSpec { Model = new ModelSpec { Uri = "file:///m.onnx" } }), Json(created));
    }

    static async Task WhatIsShownIsTaken(KubernetesClient client)
    {
        var taken = 0;
        foreach (var file in ShownManifests.Files)
        {
            foreach (var json in ShownManifests.Read(file))
            {
                var error = await Record.ExceptionAsync(() => CreateAsync(client, json));
                Assert.True(error is null, $"{file}: {error?.Message}");
                taken++;
            }
        }

        await CreateAsync(client, Example.Full());
        Assert.InRange(taken, 10, 1000);
    }

    static async Task EachRuleRefusesSomething(KubernetesClient client)
    {
        List<string> rules = [.. Rules(CrdBuilder.Build())];
        var silent = rules.ToHashSet(StringComparer.Ordinal);
        // One message for two rules: either would vouch for the other.
        Assert.Equal(rules.Count, silent.Count);
        Assert.InRange(silent.Count, 30, 200);
        List<string> takenThoughInvalid = [];
        foreach (var invalid in InvalidSpecs.All)
        {
            var thrown = await Record.ExceptionAsync(() => CreateAsync(client, invalid.Change(Example.Minimal())));
            if (thrown is null)
            {
                takenThoughInvalid.Add(invalid.Name);
                continue;
            }

            // NaN is no JSON: it cannot even be sent.
            if (thrown is ArgumentException)
            {
                continue;
            }

            var error = Assert.IsType<KubernetesException>(thrown);
            Assert.True(error.Error == KubernetesError.Invalid, $"{invalid.Name}: {error.Message}");
            // A rule that cannot be evaluated, such as of a duration that is none, says so besides, and refuses nothing by itself.
            List<string> reasons = [.. error.Causes.Select(cause => cause.Message ?? "").Where(message => !message.Contains("evaluating rule", StringComparison.Ordinal))];
            Assert.True(reasons.Count > 0, $"{invalid.Name}: {error.Message}");
            silent.RemoveWhere(message => reasons.Exists(reason => reason.Contains(message, StringComparison.Ordinal)));
        }

        Assert.True(silent.Count == 0, "no invalid spec was refused by: " + string.Join("; ", silent) + "; taken were: " + string.Join("; ", takenThoughInvalid));
    }

    static IEnumerable<string> Rules(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(member => member.Key == "x-kubernetes-validations"
            ? member.Value!.AsArray().Select(rule => rule!["message"]!.GetValue<string>())
            : Rules(member.Value)),
        JsonArray list => list.SelectMany(Rules),
        _ => [],
    };

    static Task<ModelDeployment> CreateAsync(KubernetesClient client, ModelDeployment deployment) =>
        client.CreateAsync(ModelDeployments.Resource, deployment with { Metadata = deployment.Metadata with { Namespace = "default" } }, default, dryRun: true);

    /// <summary>As it was written: our types would add the defaults.</summary>
    static async Task<ModelDeploymentSpec> CreateAsync(KubernetesClient client, string json)
    {
        var written = JsonNode.Parse(json)!;
        var created = await client.CreateAsync(CrdOnApiServerTests.Raw, new CustomResourceDefinition
        {
            ApiVersion = ModelDeployment.GroupVersion,
            Kind = ModelDeployment.KindName,
            Metadata = new ObjectMeta { Name = written["metadata"]!["name"]!.GetValue<string>(), Namespace = "default" },
            Spec = JsonSerializer.SerializeToElement(written["spec"]),
        }, default, dryRun: true);
        return created.Spec!.Value.Deserialize(ApiJson.Default.ModelDeploymentSpec)!;
    }

    static string Json(ModelDeploymentSpec spec) => JsonSerializer.Serialize(spec, ApiJson.Default.ModelDeploymentSpec);
}
