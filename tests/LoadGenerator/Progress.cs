using System.Globalization;

namespace Canario.LoadGenerator;

/// <summary>One line that says how a run goes.</summary>
public static class Progress
{
    public static string Line(LoadReport report)
    {
        var revisions = string.Join("  ", report.ByRevision.Select(r => $"{r.Key} {r.Value.Requests}{(r.Value.Failed > 0 ? $" ({r.Value.Failed} failed)" : "")}"));
        return string.Create(CultureInfo.InvariantCulture,
            $"{report.Seconds,6:F0} s  {report.Requests} requests  {report.Failed} failed  p50 {report.Latency.P50:F1} ms  p99 {report.Latency.P99:F1} ms  {revisions}");
    }
}
