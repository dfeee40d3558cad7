using System.Text.Json.Nodes;
using Canario.Operator.Api;

namespace Canario.Operator.Crd;

/// <summary>The CustomResourceDefinition of ModelDeployment, from its C# types.</summary>
static class CrdBuilder
{
    public const string Name = ModelDeployment.Plural + "." + ModelDeployment.Group;

    public static string BuildYaml() => "# Generated from src/Operator/Api by `make crd`; do not edit.\n" + Yaml.Write(Build());

    public static JsonObject Build() => new()
    {
        ["apiVersion"] = "apiextensions.k8s.io/v1",
        ["kind"] = "CustomResourceDefinition",
        ["metadata"] = new JsonObject { ["name"] = Name },
        ["spec"] = new JsonObject
        {
            ["group"] = ModelDeployment.Group,
            ["scope"] = "Namespaced",
            ["names"] = new JsonObject
            {
                ["kind"] = ModelDeployment.KindName,
                ["listKind"] = ModelDeployment.KindName + "List",
                ["plural"] = ModelDeployment.Plural,
                ["singular"] = "modeldeployment",
                ["shortNames"] = new JsonArray("mdep"),
                ["categories"] = new JsonArray("canario"),
            },
            ["versions"] = new JsonArray(new JsonObject
            {
                ["name"] = ModelDeployment.Version,
                ["served"] = true,
                ["storage"] = true,
                ["subresources"] = new JsonObject { ["status"] = new JsonObject() },
                ["additionalPrinterColumns"] = BuildColumns(),
                ["schema"] = new JsonObject { ["openAPIV3Schema"] = BuildSchema() },
            }),
        },
    };

    static JsonObject BuildSchema()
    {
        var builder = new SchemaBuilder(ApiJson.Default.Options);
        var root = builder.BuildObject(typeof(ModelDeployment), withDefaults: true, field => field is "spec");
        var status = builder.BuildObject(typeof(ModelDeployment), withDefaults: false, field => field is "status");
        var properties = root["properties"]!.AsObject();
        properties["status"] = status["properties"]!["status"]!.DeepClone();
        properties.Insert(0, "apiVersion", new JsonObject { ["description"] = "Version of the schema that this object is written in.", ["type"] = "string" });
        properties.Insert(1, "kind", new JsonObject { ["description"] = ModelDeployment.KindName + ".", ["type"] = "string" });
        properties.Insert(2, "metadata", new JsonObject { ["type"] = "object" });
        root.Insert(0, "description", "A model that is served, and how a new version of it is rolled out.");
        return root;
    }

    static JsonArray BuildColumns() => new(
        Column("Phase", "string", ".status.phase", "Where the rollout is."),
        Column("Step", "string", ".status.step", "Step of steps."),
        Column("Weight", "integer", ".status.weight", "Candidate's share of the requests, in percent."),
        Column("Stable", "string", ".status.stableRevision", "Revision that serves."),
        Column("Candidate", "string", ".status.candidateRevision", "Revision on trial."),
        Column("Verdict", "string", ".status.verdict", "Worst verdict of the gates."),
        Column("Ready", "string", ".status.ready", "Ready pods of those wanted."),
        Column("Age", "date", ".metadata.creationTimestamp", "Since when it exists."));

    static JsonObject Column(string name, string type, string path, string description) =>
        new() { ["name"] = name, ["type"] = type, ["jsonPath"] = path, ["description"] = description };
}
