using System.Text.Json.Nodes;
using Canario.Operator.Crd;

namespace Canario.Operator.Tests.Crd;

/// <summary>Names of the fields that are Canario's own: those of a Toleration or an EnvVar are Kubernetes' to document.</summary>
internal static class SchemaFields
{
    private static readonly string[] s_kubernetes = ["env", "tolerations", "conditions", "imagePullSecrets"];

    public static IEnumerable<string> Names()
    {
        var root = CrdBuilder.Build()["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!["properties"]!;
        return Names(root["spec"]!.AsObject()).Concat(Names(root["status"]!.AsObject())).Distinct(StringComparer.Ordinal);
    }

    private static IEnumerable<string> Names(JsonObject schema)
    {
        foreach (var (name, field) in (schema["properties"] ?? schema["items"]?["properties"]) as JsonObject ?? [])
        {
            yield return name;
            if (s_kubernetes.Contains(name))
                continue;
            foreach (var inner in Names(field!.AsObject()))
                yield return inner;
        }
    }
}
