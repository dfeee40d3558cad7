using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Canario.LocalCluster;
using Canario.Operator.Api;

namespace Canario.Operator.Tests.Docs;

/// <summary>What people copy works: every ModelDeployment in the pages and in samples/ has only fields that exist, and is valid.</summary>
public sealed partial class SampleTests
{
    // The API server drops unknown fields without a word; a page with a typing error would go unnoticed.
    private static readonly ApiJson s_strict = new(new JsonSerializerOptions(ApiJson.Default.Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow });

    public static TheoryData<string> Files =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Checkout.Root, "docs"), "*.md")
            .Concat(Directory.EnumerateFiles(Path.Combine(Checkout.Root, "samples"), "*.yaml"))
            .Append(Path.Combine(Checkout.Root, "README.md"))
            .Where(file => ReadModelDeployments(file).Any())
            .Select(file => Path.GetRelativePath(Checkout.Root, file)),
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_ModelDeployment_that_is_shown_is_valid(string file)
    {
        foreach (var json in ReadModelDeployments(Path.Combine(Checkout.Root, file)))
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

    private static IEnumerable<string> ReadModelDeployments(string file)
    {
        var text = File.ReadAllText(file);
        var parts = file.EndsWith(".md", StringComparison.Ordinal) ? Block().Matches(text).Select(match => match.Groups[1].Value) : [text];
        return parts.Where(part => part.Contains("kind: " + ModelDeployment.KindName, StringComparison.Ordinal))
            .SelectMany(YamlJson.Read)
            .Where(document => document?["kind"]?.GetValue<string>() == ModelDeployment.KindName)
            .Select(document => document!.ToJsonString());
    }

    [GeneratedRegex("^```yaml\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Block();
}
