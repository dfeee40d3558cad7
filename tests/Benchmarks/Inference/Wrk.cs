using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Canario.Benchmarks.Inference;

/// <summary>Debian's wrk with a POST body, on the second core where there is one.</summary>
internal static partial class Wrk
{
    public static async Task<WrkResult> RunAsync(string script, int port, int connections, int seconds)
    {
        using Process process = Pinned.Start(
            1, "/usr/bin/wrk", ["-t1", $"-c{connections}", $"-d{seconds}s", "--timeout", "30s", "-s", script, $"http://127.0.0.1:{port}"]);
        string text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Match match = Summary().Match(text);
        if (!match.Success) throw new InvalidOperationException("wrk said: " + text);
        long[] figures = [.. match.Groups.Values.Skip(1).Select(group => long.Parse(group.Value, CultureInfo.InvariantCulture))];
        return new WrkResult(figures[0], figures[0] / (figures[1] / 1e6), figures[2], figures[3], figures[4]);
    }

    /// <summary>A script that posts a JSON body and ends with the figures in one line.</summary>
    public static void WriteScript(string path, string json) => WriteScript(path, Encoding.UTF8.GetBytes(json), null);

    /// <summary>A script that posts the case's body and ends with the figures in one line.</summary>
    public static void WriteScript(string path, InferenceCase @case) =>
        WriteScript(path, @case.Body(), @case.IsBinary ? Encoding.UTF8.GetByteCount(@case.Json()) : null);

    private static void WriteScript(string path, byte[] bytes, int? jsonLength)
    {
        var body = new StringBuilder();
        // Every byte as Lua writes one: the tensors hold any.
        foreach (byte value in bytes) body.Append('\\').Append(value.ToString("D3", CultureInfo.InvariantCulture));
        string header = jsonLength is null ? "" : $"wrk.headers[\"Inference-Header-Content-Length\"] = \"{jsonLength}\"";
        File.WriteAllText(path, $$"""
            wrk.method = "POST"
            wrk.path = "/v2/models/model/infer"
            wrk.headers["Content-Type"] = "{{(jsonLength is not null ? "application/octet-stream" : "application/json")}}"
            {{header}}
            wrk.body = "{{body}}"
            function done(summary, latency, requests)
              local e = summary.errors
              print(string.format("figures %d %d %d %d %d", summary.requests, summary.duration,
                e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50), latency:percentile(99)))
            end
            """);
    }

    [GeneratedRegex(@"figures (\d+) (\d+) (\d+) (\d+) (\d+)")]
    private static partial Regex Summary();
}
