using System.Globalization;

namespace Canario.LoadGenerator;

/// <summary>What has come back so far. One lock: at the rates that this tool allows it is never waited for.</summary>
internal sealed class Counters
{
    // Of each reason, so that many of one leave room for the one that nobody expected.
    private const int FailuresInWords = 10;
    private const int MostInWords = 100;
    // A server that makes up a revision or a reason for each answer must not fill the memory.
    private const int MaxKeys = 200;
    private const string OtherKeys = "(others)";

    private readonly Lock gate = new();
    private readonly Dictionary<string, long> statuses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> reasons = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (long Requests, long Failed)> revisions = new(StringComparer.Ordinal);
    private readonly List<string> firstFailures = [];
    private readonly LatencyHistogram latencies = new();
    private long due, succeeded, failed;
    private TimeSpan longestLag;

    public void Due(TimeSpan lag)
    {
        lock (gate)
        {
            due++;
            longestLag = lag > longestLag ? lag : longestLag;
        }
    }

    public void Answered(int status, string revision, TimeSpan latency, string? failure, TimeSpan at)
    {
        lock (gate)
        {
            Add(statuses, status.ToString(CultureInfo.InvariantCulture));
            var key = revisions.ContainsKey(revision) || revisions.Count < MaxKeys ? revision : OtherKeys;
            var (requests, failures) = revisions.GetValueOrDefault(key);
            revisions[key] = (requests + 1, failures + (failure is null ? 0 : 1));
            latencies.Add(latency);
            if (failure is null)
                succeeded++;
            else
                Fail(failure, $"{failure} from {revision}", at);
        }
    }

    public void Lost(string reason, string words, TimeSpan at)
    {
        lock (gate)
            Fail(reason, $"{reason}: {words}", at);
    }

    public LoadReport Report(TimeSpan elapsed)
    {
        lock (gate)
        {
            return new LoadReport
            {
                Seconds = Math.Round(elapsed.TotalSeconds, 3),
                Requests = due,
                Succeeded = succeeded,
                Failed = failed,
                InFlight = (int)(due - succeeded - failed),
                ByStatus = new SortedDictionary<string, long>(statuses, StringComparer.Ordinal),
                ByRevision = new SortedDictionary<string, RevisionCount>(
                    revisions.ToDictionary(r => r.Key, r => new RevisionCount(r.Value.Requests, r.Value.Failed)), StringComparer.Ordinal),
                Failures = new SortedDictionary<string, long>(reasons, StringComparer.Ordinal),
                FirstFailures = [.. firstFailures],
                Latency = latencies.Summarise(),
                LongestLag = Math.Round(longestLag.TotalMilliseconds, 3),
            };
        }
    }

    private void Fail(string reason, string words, TimeSpan at)
    {
        failed++;
        if (Add(reasons, reason) <= FailuresInWords && firstFailures.Count < MostInWords)
            firstFailures.Add(string.Create(CultureInfo.InvariantCulture, $"{at.TotalSeconds:F3} s: {words}"));
    }

    private static long Add(Dictionary<string, long> counts, string key)
    {
        if (!counts.ContainsKey(key) && counts.Count >= MaxKeys)
            key = OtherKeys;
        return counts[key] = counts.GetValueOrDefault(key) + 1;
    }
}
