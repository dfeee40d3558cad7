using System.Globalization;

namespace Canario.Chaos;

/// <summary>The table at the end: a line for each strategy and kind of version.</summary>
internal static class ChaosReport
{
    public static void Print(IReadOnlyList<TrialResult> results)
    {
        Console.WriteLine();
        Console.WriteLine($"{"strategy",-14} {"version",-8} {"rollouts",8} {"promoted",9} {"back",5} {"kills",6} {"seconds",8} {"requests",9} {"failed",7} {"on trial",9} {"in gap",7}");
        foreach (var group in results.GroupBy(result => (result.Trial.Strategy, result.Trial.IsGood)))
            Print(group.Key.Strategy, group.Key.IsGood ? "good" : "bad", [.. group]);
        Print("all", "", results);
        var wrong = results.Count(result => !result.Holds);
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{results.Count} rollouts, {results.Sum(r => r.Failed)} failed requests that stable could have served, {wrong} rollouts that ended as they must not"));
    }

    private static void Print(string strategy, string version, IReadOnlyList<TrialResult> results) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{strategy,-14} {version,-8} {results.Count,8} {results.Count(r => r.Outcome == "Promoted"),9} {results.Count(r => r.Outcome == "RolledBack"),5} {results.Sum(r => r.Kills),6} {results.Sum(r => r.Seconds),8:F0} {results.Sum(r => r.Requests),9} {results.Sum(r => r.Failed),7} {results.Sum(r => r.FailedOnTrial),9} {results.Sum(r => r.InGap),7}"));
}
