using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Canario.LocalCluster;
using Canario.Operator.Api;

namespace Canario.Operator.Tests.Docs;

/// <summary>What people copy works: every ModelDeployment in the pages and in samples/ has only fields that exist, and is valid.</summary>
public sealed class SampleTests
{
    // The API server drops unknown fields without a word; a page with a typing error would go unnoticed.
    private static readonly ApiJson s_strict = new(new JsonSerializerOptions(ApiJson.Default.Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow });

    public static TheoryData<string> Files => [.. ShownManifests.Files];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_ModelDeployment_that_is_shown_is_valid(string file)
    {
        foreach (var json in ShownManifests.Read(file))
        {
            var deployment = JsonSerializer.Deserialize(json, s_strict.ModelDeployment)!;

            Assert.Equal((ModelDeployment.GroupVersion, ModelDeployment.KindName), (deployment.ApiVersion, deployment.Kind));
            Assert.True(SpecValidator.Validate(deployment) is [], $"{file}: {FieldError.Summarize(SpecValidator.Validate(deployment))}");
        }
    }

    [Fact]
    public void The_reference_names_every_field_of_spec_and_status()
    {
        var page = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "modeldeployment.md"));
        var missing = Crd.SchemaFields.Names().Where(name => !Regex.IsMatch(page, $@"\b{Regex.Escape(name)}\b"));

        Assert.Empty(missing);
    }
}
