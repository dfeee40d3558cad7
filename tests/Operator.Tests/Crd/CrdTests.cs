using System.Text;
using System.Text.Json.Nodes;
using Canario.Contract;
using Canario.LocalCluster;
using Canario.Operator.Crd;

namespace Canario.Operator.Tests.Crd;

public sealed class CrdTests
{
    [Theory]
    [InlineData("crds/canario.dev_modeldeployments.yaml")]
    [InlineData("charts/canario/crds/canario.dev_modeldeployments.yaml")]
    public async Task The_committed_CRD_is_the_one_that_the_types_give(string file)
    {
        var committed = await File.ReadAllTextAsync(Path.Combine(Checkout.Root, file));

        Assert.True(CrdBuilder.BuildYaml() == committed, $"{file} is stale: run make crd");
    }

    [Fact]
    public void It_is_small_enough_for_a_client_side_apply() => Assert.InRange(Encoding.UTF8.GetByteCount(CrdBuilder.BuildYaml()), 1, 64 * 1024);

    [Fact]
    public void Every_field_is_described_and_no_default_is_empty()
    {
        var fields = 0;
        Visit("", Schema(), (path, schema) =>
        {
            fields++;
            Assert.True(path == ".metadata" || schema["description"] is JsonValue text && text.GetValue<string>().Length > 3, $"{path} has no description");
            Assert.False(schema["default"] is JsonValue value && value.ToJsonString() == "\"\"", $"{path} has an empty default");
        });
        Assert.InRange(fields, 100, 1000);
    }

    [Fact]
    public void Every_list_and_string_that_a_rule_may_walk_in_spec_is_bounded() => Visit("", Schema()["properties"]!["spec"]!.AsObject(), (path, schema) =>
        Assert.True((string?)schema["type"] != "array" || schema["maxItems"] is not null, $"{path} has no maxItems"));

    [Fact]
    public void The_bounds_of_latency_gates_are_the_histogram_s()
    {
        var rule = Schema()["properties"]!["spec"]!["properties"]!["gates"]!["items"]!["properties"]!["bound"]!["x-kubernetes-validations"]![0]!["rule"]!.GetValue<string>();

        var listed = rule.Split("duration('")[1..].Select(part => Canario.Operator.Api.Durations.Required(part[..part.IndexOf('\'')]).TotalSeconds);
        Assert.Equal(LatencyBuckets.Seconds, listed);
    }

    [Fact]
    public void Columns_are_those_that_an_SRE_follows_a_rollout_by() => Assert.Equal(
        ["Phase", "Step", "Weight", "Stable", "Candidate", "Verdict", "Ready", "Age"],
        CrdBuilder.Build()["spec"]!["versions"]![0]!["additionalPrinterColumns"]!.AsArray().Select(column => column!["name"]!.GetValue<string>()));

    [Theory]
    [InlineData("true", "\"true\"")]
    [InlineData("plain words", "plain words")]
    [InlineData("a: b", "\"a: b\"")]
    [InlineData("1h", "\"1h\"")]
    [InlineData("", "\"\"")]
    [InlineData("a\\b", "\"a\\\\b\"")]
    [InlineData("ends with space ", "\"ends with space \"")]
    public void Text_that_YAML_could_read_as_something_else_is_quoted(string text, string written) =>
        Assert.Equal($"key: {written}\n", Yaml.Write(new JsonObject { ["key"] = text }));

    static JsonObject Schema() => CrdBuilder.Build()["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!.AsObject();

    static void Visit(string path, JsonObject schema, Action<string, JsonObject> visit)
    {
        foreach (var (name, field) in schema["properties"] as JsonObject ?? [])
        {
            visit($"{path}.{name}", field!.AsObject());
            Visit($"{path}.{name}", field.AsObject(), visit);
        }

        if (schema["items"] is JsonObject items)
        {
            Visit($"{path}[]", items, visit);
        }
    }
}
