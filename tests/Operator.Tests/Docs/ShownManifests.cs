using System.Text.RegularExpressions;
using Canario.LocalCluster;
using Canario.Operator.Api;

namespace Canario.Operator.Tests.Docs;

/// <summary>The ModelDeployments that the pages and samples/ show.</summary>
internal static partial class ShownManifests
{
    /// <summary>Those that show one, from the repository's root on.</summary>
    public static IEnumerable<string> Files =>
        Directory.EnumerateFiles(Path.Combine(Checkout.Root, "docs"), "*.md")
            .Concat(Directory.EnumerateFiles(Path.Combine(Checkout.Root, "samples"), "*.yaml"))
            .Append(Path.Combine(Checkout.Root, "README.md"))
            .Select(file => Path.GetRelativePath(Checkout.Root, file))
            .Where(file => Read(file).Any());

    /// <returns>Each as JSON.</returns>
    public static IEnumerable<string> Read(string file)
    {
        var text = File.ReadAllText(Path.Combine(Checkout.Root, file));
        var parts = file.EndsWith(".md", StringComparison.Ordinal) ? Block().Matches(text).Select(match => match.Groups[1].Value) : [text];
        return parts.Where(part => part.Contains("kind: " + ModelDeployment.KindName, StringComparison.Ordinal))
            .SelectMany(YamlJson.Read)
            .Where(document => document?["kind"]?.GetValue<string>() == ModelDeployment.KindName)
            .Select(document => document!.ToJsonString());
    }

    [GeneratedRegex("^```yaml\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Block();
}
