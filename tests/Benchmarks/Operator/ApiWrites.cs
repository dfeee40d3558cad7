using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Canario.Benchmarks.Operator;

/// <summary>Writes as the API server itself counts them.</summary>
internal static partial class ApiWrites
{
    /// <summary>Since the API server started, by resource; leases and events left out: the one is the leader's heartbeat, the other tells and changes nothing.</summary>
    public static async Task<long> CountAsync(string kubeconfig)
    {
        using var kubectl = Process.Start(new ProcessStartInfo("kubectl", ["--kubeconfig", kubeconfig, "get", "--raw", "/metrics"]) { RedirectStandardOutput = true })!;
        var text = await kubectl.StandardOutput.ReadToEndAsync();
        await kubectl.WaitForExitAsync();
        return Counter().Matches(text)
            .Where(m => m.Groups["labels"].Value is var labels
                && (string[])["POST", "PUT", "PATCH", "APPLY", "DELETE"] is var verbs
                && Array.Exists(verbs, v => labels.Contains($"verb=\"{v}\"", StringComparison.Ordinal))
                && !labels.Contains("resource=\"leases\"", StringComparison.Ordinal)
                && !labels.Contains("resource=\"events\"", StringComparison.Ordinal))
            .Sum(m => (long)double.Parse(m.Groups["value"].ValueSpan, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"^apiserver_request_total\{(?<labels>[^}]*)\} (?<value>\S+)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Counter();
}
