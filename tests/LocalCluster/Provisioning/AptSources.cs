using System.Text.RegularExpressions;

namespace Canario.LocalCluster.Provisioning;

/// <summary>Derives source-package entries from the machine's own binary-package entries, so that no host is named here.</summary>
internal static partial class AptSources
{
    private const string Root = "/etc/apt";

    public static void WriteSourceEntries(string directory)
    {
        string[] files = [Path.Combine(Root, "sources.list"), .. Entries("*.list"), .. Entries("*.sources")];
        foreach (var file in files.Where(File.Exists))
        {
            var content = File.ReadAllText(file);
            // Only entries with Debian's own components: another vendor's repository rarely has sources, and would fail the update.
            var derived = file.EndsWith(".sources", StringComparison.Ordinal) ? FromDeb822(content) : FromOneLine(content);
            if (derived.Length > 0)
                File.WriteAllText(Path.Combine(directory, Path.GetFileName(file)), derived);
        }
    }

    public static string FromOneLine(string content) => string.Join('\n', content.Split('\n')
        .Where(line => OneLine().Match(line) is { Success: true } match && IsDebian(match.Groups["suite"].Value))
        .Select(line => OneLine().Replace(line, "deb-src${options} ${uri} ${suite} main"))
        .Select(line => line + "\n"));

    public static string FromDeb822(string content) => string.Join('\n', content.Split("\n\n")
        .Where(stanza => Suites().Match(stanza) is { Success: true } match && match.Groups[1].Value.Split(' ').All(IsDebian))
        .Select(stanza => Types().Replace(stanza, "Types: deb-src").TrimEnd() + "\n"));

    private static bool IsDebian(string suite) => DebianSuite().IsMatch(suite);

    private static string[] Entries(string pattern)
    {
        var parts = Path.Combine(Root, "sources.list.d");
        return Directory.Exists(parts) ? Directory.GetFiles(parts, pattern) : [];
    }

    [GeneratedRegex(@"^deb(?<options>\s+\[[^\]]*\])?\s+(?<uri>\S+)\s+(?<suite>\S+)\s+main\b.*$")]
    private static partial Regex OneLine();

    [GeneratedRegex(@"^Suites:\s*(\S.*?)\s*$", RegexOptions.Multiline)]
    private static partial Regex Suites();

    [GeneratedRegex(@"^Types:.*$", RegexOptions.Multiline)]
    private static partial Regex Types();

    [GeneratedRegex(@"^bookworm(-updates|-security|-proposed-updates)?$")]
    private static partial Regex DebianSuite();
}
