using System.Globalization;
using Canario.Contract;

namespace Canario.Benchmarks.Inference;

/// <summary>The same server with and without joining requests, on a model where that pays and on one where it does not, in turn.</summary>
internal static class BatchBenchmark
{
    private const int Rounds = 3;
    private const int Seconds = 3;

    // Two servers alike differ by up to a tenth in one round, and by less than a hundredth in the median of so many.
    private const int LatencyRounds = 15;

    public static async Task<int> RunAsync()
    {
        Console.WriteLine($"medians of {Rounds} interleaved rounds of {Seconds} s ({LatencyRounds} of one connection); --batch-rows 64 beside --batch-rows 1");
        Console.WriteLine($"{"",-28}{"joined/s",10}{"alone/s",10}{"ratio",8}{"joined cpu us",15}{"alone cpu us",15}{"saved",8}{"p50 ratio",11}  limits");
        InferenceCase wide = InferenceCase.Wide;
        int failures = await MeasureAsync(wide, leastSaving: 2.5, mostLatency: null);
        failures += await MeasureAsync(wide with { Name = "mlp 5 MB, binary, c=1", Connections = 1 }, leastSaving: null, mostLatency: 1.02);
        failures += await MeasureAsync(InferenceCase.Named("cls, binary, c=8"), leastSaving: 0.97, mostLatency: null);
        return failures;
    }

    /// <param name="case">What is asked.</param>
    /// <param name="leastSaving">Limit of requests a second joined over alone, and of CPU a request alone over joined; null: only shown.</param>
    /// <param name="mostLatency">Limit of the median latency joined over alone, of the same round; null: only shown.</param>
    private static async Task<int> MeasureAsync(InferenceCase @case, double? leastSaving, double? mostLatency)
    {
        string folder = Directory.CreateTempSubdirectory("canario-bench-").FullName;
        try
        {
            @case.Write(folder);
            string script = Path.Combine(folder, "post.lua");
            Wrk.WriteScript(script, @case);
            using ServerProcess joined = ServerProcess.Inference(folder, "--batch-rows", "64");
            using ServerProcess alone = ServerProcess.Inference(folder, "--batch-rows", "1");
            await joined.WaitReadyAsync();
            await alone.WaitReadyAsync();
            await joined.WarmUpAsync(script, @case.Connections);
            await alone.WarmUpAsync(script, @case.Connections);
            var together = new List<ServedRound>();
            var single = new List<ServedRound>();
            for (int round = 0; round < (mostLatency is null ? Rounds : LatencyRounds); round++)
            {
                // Neither is always the first.
                if (round % 2 == 0) together.Add(await joined.LoadAsync(script, @case.Connections, Seconds));
                single.Add(await alone.LoadAsync(script, @case.Connections, Seconds));
                if (round % 2 != 0) together.Add(await joined.LoadAsync(script, @case.Connections, Seconds));
            }

            double rate = together.Median(r => r.Load.Rate);
            double aloneRate = single.Median(r => r.Load.Rate);
            double cpu = together.Median(r => r.Cpu);
            double aloneCpu = single.Median(r => r.Cpu);
            double latency = together.Zip(single).ToList().Median(pair => (double)pair.First.Load.P50 / pair.Second.Load.P50);
            string limits = (leastSaving is { } s ? FormattableString.Invariant($"ratio, saved >= {s:F2}") : "") + (mostLatency is { } l ? FormattableString.Invariant($"p50 <= {l:F2}") : "");
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{@case.Name,-28}{rate,10:F0}{aloneRate,10:F0}{rate / aloneRate,8:F2}{cpu,15:F1}{aloneCpu,15:F1}{aloneCpu / cpu,8:F2}{latency,11:F2}  {limits}"));
            long failed = together.Concat(single).Sum(r => r.Load.Failed);
            if (failed > 0) Console.WriteLine($"  FAILED: {failed} requests failed");
            bool missed = Math.Min(rate / aloneRate, aloneCpu / cpu) < leastSaving || latency > mostLatency;
            if (missed) Console.WriteLine("  FAILED: a limit is missed");
            return failed > 0 || missed ? 1 : 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
