using System.Globalization;
using Canario.Contract;

namespace Canario.Benchmarks.Inference;

/// <summary>
/// The server against its own session run in this process and against Kestrel alone, round by round in turn: what HTTP, JSON, checks and
/// metrics cost beside the model. CPU a request is the steadiest figure on a shared machine, so the limits are on it.
/// </summary>
internal static class InferenceBenchmark
{
    private const int Rounds = 3;
    private const int Seconds = 3;

    public static async Task<int> RunAsync()
    {
        Console.WriteLine($"medians of {Rounds} interleaved rounds of {Seconds} s, V2 over loopback, server on one core, wrk on another; raw: session.run on one thread; bare: Kestrel reading the same body");
        Console.WriteLine(
            $"{"",-24}{"raw us",9}{"raw/s",9}{"req/s",9}{"of raw",8}{"of bare",8}{"p50 us",9}{"p99 us",9}{"cpu us",9}{"of raw",8}{"of bare",8}  limits");
        int failures = 0;
        foreach (InferenceCase @case in InferenceCase.All) failures += await MeasureAsync(@case);
        return failures;
    }

    private static async Task<int> MeasureAsync(InferenceCase @case)
    {
        string folder = Directory.CreateTempSubdirectory("canario-bench-").FullName;
        try
        {
            string path = Path.Combine(folder, ModelFiles.Model);
            await File.WriteAllBytesAsync(path, @case.Model);
            string script = Path.Combine(folder, "post.lua");
            Wrk.WriteScript(script, @case);
            using var raw = new RawRun(path, @case);
            using ServerProcess server = ServerProcess.Inference(folder);
            using ServerProcess bare = ServerProcess.Bare();
            await server.WaitReadyAsync();
            await bare.WaitReadyAsync();
            raw.Measure(TimeSpan.FromSeconds(1));
            await server.WarmUpAsync(script, @case.Connections);
            await bare.WarmUpAsync(script, @case.Connections);

            var raws = new List<(double Cpu, double Wall)>();
            var servers = new List<ServedRound>();
            var bares = new List<ServedRound>();
            for (int round = 0; round < Rounds; round++)
            {
                raws.Add(raw.Measure(TimeSpan.FromSeconds(1)));
                servers.Add(await server.LoadAsync(script, @case.Connections, Seconds));
                bares.Add(await bare.LoadAsync(script, @case.Connections, Seconds));
            }

            return Report(@case, raws, servers, bares);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int Report(InferenceCase @case, List<(double Cpu, double Wall)> raws, List<ServedRound> servers, List<ServedRound> bares)
    {
        double raw = Median(raws.Select(r => r.Cpu));
        double rawRate = 1e6 / Median(raws.Select(r => r.Wall));
        double cpu = Median(servers.Select(s => s.Cpu));
        double rate = Median(servers.Select(s => s.Load.Rate));
        double ofRaw = cpu / raw;
        double ofBare = cpu / Median(bares.Select(b => b.Cpu));
        string limits = string.Join(", ", new[] { Limit("raw", @case.MostCpuOfRaw), Limit("bare", @case.MostCpuOfBare) }.Where(limit => limit.Length > 0));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{@case.Name,-24}{raw,9:F1}{rawRate,9:F0}{rate,9:F0}{rate / rawRate,8:F2}{rate / Median(bares.Select(b => b.Load.Rate)),8:F2}{Median(servers.Select(s => s.Load.P50)),9:F0}{Median(servers.Select(s => s.Load.P99)),9:F0}{cpu,9:F1}{ofRaw,8:F2}{ofBare,8:F2}  {limits}"));

        int failures = 0;
        long failed = servers.Sum(s => s.Load.Failed);
        if (failed > 0) failures += Fail($"{failed} requests failed");
        if (ofRaw > @case.MostCpuOfRaw) failures += Fail($"CPU a request is {ofRaw:F2} of the raw run's; the limit is {@case.MostCpuOfRaw}");
        if (ofBare > @case.MostCpuOfBare) failures += Fail($"CPU a request is {ofBare:F2} of the bare endpoint's; the limit is {@case.MostCpuOfBare}");
        return failures;
    }

    private static int Fail(string what)
    {
        Console.WriteLine("  FAILED: " + what);
        return 1;
    }

    private static string Limit(string of, double? limit) => limit is { } value ? string.Create(CultureInfo.InvariantCulture, $"cpu <= {value:F2} of {of}") : "";

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
