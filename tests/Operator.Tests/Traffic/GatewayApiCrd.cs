using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.LocalCluster;
using Canario.Operator.Tests.Docs;

namespace Canario.Operator.Tests.Traffic;

/// <summary>
/// The CRD of HTTPRoute with its real schema: of the release v1.0.0, as an npm package carries it, or the httproutes.yaml of the folder that CANARIO_GATEWAY_API_CRDS names.
/// It knows no <c>requestMirror.percent</c>, which later releases have.
/// </summary>
internal static class GatewayApiCrd
{
    private const string Name = "httproutes.gateway.networking.k8s.io";

    /// <summary>CRDs of another release than the package's are tested.</summary>
    public static string? Folder => Environment.GetEnvironmentVariable("CANARIO_GATEWAY_API_CRDS");

    public static async Task InstallAsync(KubernetesClient client)
    {
        if (await client.FindAsync(Resources.CustomResourceDefinitions, null, Name, default) is null)
            await client.CreateAsync(Resources.CustomResourceDefinitions, JsonSerializer.Deserialize(Build().ToJsonString(), KubernetesJson.Default.CustomResourceDefinition)!, default);
        await Eventually.TrueAsync(async () => await client.ResolveAsync([Resources.HttpRoutes], default) is not null, "HTTPRoutes are served");
    }

    public static async Task RemoveAsync(KubernetesClient client)
    {
        if (await client.FindAsync(Resources.CustomResourceDefinitions, null, Name, default) is not null)
            await client.DeleteAsync(Resources.CustomResourceDefinitions, null, Name, null, default);
        await Eventually.TrueAsync(async () => await client.ResolveAsync([Resources.HttpRoutes], default) is null, "no HTTPRoutes are served");
    }

    /// <summary>As later releases have it: the share of the requests that a mirror copies. The API server keeps what the schema knows from now on.</summary>
    public static async Task AddPercentAsync(KubernetesClient client)
    {
        var live = await client.GetAsync(Resources.CustomResourceDefinitions, null, Name, default);
        var versions = JsonNode.Parse(live.Spec!.Value.GetProperty("versions").GetRawText())!.AsArray();
        foreach (var version in versions)
            version!["schema"]!["openAPIV3Schema"]!["properties"]!["spec"]!["properties"]!["rules"]!["items"]!["properties"]!["filters"]!["items"]!["properties"]!["requestMirror"]!["properties"]!["percent"] =
                new JsonObject { ["type"] = "integer", ["format"] = "int32", ["minimum"] = 0, ["maximum"] = 100 };
        var patch = new JsonObject { ["spec"] = new JsonObject { ["versions"] = versions } };
        await client.MergePatchAsync(Resources.CustomResourceDefinitions, null, Name, Encoding.UTF8.GetBytes(patch.ToJsonString()), default);
    }

    private static JsonObject Build()
    {
        if (Folder is { } folder)
        {
            var crd = YamlJson.Read(File.ReadAllText(Path.Combine(folder, "httproutes.yaml"))).Single()!.AsObject();
            DropEmptyDefaults(crd);
            return crd;
        }

        var script = File.ReadAllText(Path.Combine(Checkout.Root, "tests/Operator.Tests/Traffic/gateway-api/node_modules/@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute.js"));
        const string before = "const schema = ";
        var start = script.IndexOf(before, StringComparison.Ordinal) + before.Length;
        var schema = JsonNode.Parse(script[start..(script.IndexOf("\n};", start, StringComparison.Ordinal) + 2)])!.AsObject();
        // What the package says for its own validator, and a CRD may not.
        foreach (var name in (string[])["apiVersion", "kind"])
            schema["properties"]![name] = new JsonObject { ["type"] = "string" };
        schema["properties"]!["metadata"] = new JsonObject { ["type"] = "object" };
        DropEmptyDefaults(schema);
        return new JsonObject
        {
            ["apiVersion"] = "apiextensions.k8s.io/v1",
            ["kind"] = "CustomResourceDefinition",
            ["metadata"] = new JsonObject { ["name"] = Name, ["annotations"] = new JsonObject { ["api-approved.kubernetes.io"] = "unapproved, for tests" } },
            ["spec"] = new JsonObject
            {
                ["group"] = "gateway.networking.k8s.io",
                ["scope"] = "Namespaced",
                ["names"] = new JsonObject { ["kind"] = "HTTPRoute", ["listKind"] = "HTTPRouteList", ["plural"] = "httproutes", ["singular"] = "httproute" },
                ["versions"] = new JsonArray(new JsonObject
                {
                    ["name"] = "v1",
                    ["served"] = true,
                    ["storage"] = true,
                    ["subresources"] = new JsonObject { ["status"] = new JsonObject() },
                    ["schema"] = new JsonObject { ["openAPIV3Schema"] = schema },
                }),
            },
        };
    }

    /// <summary>An API server of 1.20 takes an empty default for a null, and the package adds that everything may be null.</summary>
    private static void DropEmptyDefaults(JsonNode? node)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list)
                DropEmptyDefaults(item);
        }

        if (node is not JsonObject known)
            return;
        if (known["default"] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length == 0)
            known.Remove("default");
        if (known["nullable"] is JsonValue)
            known.Remove("nullable");
        foreach (var (_, child) in known.ToList())
            DropEmptyDefaults(child);
    }
}
