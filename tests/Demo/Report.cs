using System.Globalization;
using Canario.LoadGenerator;

namespace Canario.Demo;

/// <summary>The table at the end.</summary>
internal static class Report
{
    public static void Print(IReadOnlyList<Outcome> outcomes, LoadReport load)
    {
        Console.WriteLine();
        Console.WriteLine($"{"rollout",-34} {"outcome",-11} {"reason",-18} {"seconds",8} {"requests",9} {"failed",7} {"failed on trial",16}");
        foreach (var outcome in outcomes)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{outcome.Rollout,-34} {outcome.Got,-11} {outcome.Reason,-18} {outcome.Took.TotalSeconds,8:F1} {outcome.Requests,9} {outcome.FailedByStable,7} {outcome.FailedByCandidate,16}{(outcome.IsExpected ? "" : $"   expected {outcome.Expected}, {outcome.ExpectedReason}, no failure")}"));
        }

        Console.WriteLine();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{load.Requests} requests in {load.Seconds:F0} s; latency p50 {load.Latency.P50:F1} ms, p99 {load.Latency.P99:F1} ms"));
        foreach (var (reason, count) in load.Failures)
        {
            Console.WriteLine($"  failed: {count} × {reason}");
        }
    }
}
