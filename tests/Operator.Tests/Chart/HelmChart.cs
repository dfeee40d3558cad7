using System.Diagnostics;
using Canario.LocalCluster;
using YamlDotNet.RepresentationModel;

namespace Canario.Operator.Tests.Chart;

/// <summary>The chart as a real helm renders it.</summary>
static class HelmChart
{
    public static readonly string Folder = Path.Combine(Checkout.Root, "charts", "canario");

    public static async Task<List<YamlNode>> RenderAsync(params string[] arguments)
    {
        var (exit, output) = await HelmAsync(["template", "canario", Folder, "--namespace", "canario-system", .. arguments]);
        Assert.True(exit == 0, output);
        var stream = new YamlStream();
        stream.Load(new StringReader(output));
        return [.. stream.Documents.Select(document => document.RootNode)];
    }

    public static async Task<(int Exit, string Output)> HelmAsync(params string[] arguments)
    {
        var (exit, path) = await RunAsync(Path.Combine(Checkout.Root, "build", "helm"));
        Assert.True(exit == 0, path);
        return await RunAsync(path.Trim().Split('\n')[^1], arguments);
    }

    private static async Task<(int Exit, string Output)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        // Messages last: on success nothing of them may stand between the documents.
        return (process.ExitCode, process.ExitCode == 0 ? output : output + await error);
    }

    public static string Kind(YamlNode document) => Text(document, "kind");

    public static YamlNode Node(YamlNode node, params string[] path) => path.Aggregate(node, (current, key) => current[key]);

    public static string Text(YamlNode node, params string[] path) => Node(node, path).ToString();

    public static IEnumerable<YamlNode> Sequence(YamlNode node, params string[] path) => (YamlSequenceNode)Node(node, path);

    /// <summary>What a Role or ClusterRole allows: group, resource and verb of each.</summary>
    public static HashSet<string> Rights(YamlNode role) =>
    [
        .. from rule in Sequence(role, "rules")
           from ns in Sequence(rule, "apiGroups")
           from resource in Sequence(rule, "resources")
           from verb in Sequence(rule, "verbs")
           select $"{ns} {resource} {verb}".TrimStart(),
    ];
}
