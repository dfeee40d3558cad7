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
        Console.WriteLine($"medians of {Rounds} interleaved rounds of {Seconds} s, V2 over loopback, server on one core, wrk on another; raw: session.run on one thread; bare: Kestrel reading the same body; bytes: allocated for a request beyond the bare endpoint's");
        Console.WriteLine(
            $"{"",-24}{"raw us",9}{"raw/s",9}{"req/s",9}{"of raw",8}{"of bare",8}{"p50 us",9}{"p99 us",9}{"cpu us",9}{"of raw",8}{"of bare",8}{"bytes",8}  limits");
        int failures = 0;
        foreach (InferenceCase @case in InferenceCase.All) failures += await MeasureAsync(@case);
        return failures;
    }

    private static async Task<int> MeasureAsync(InferenceCase @case)
    {
        string folder = Directory.CreateTempSubdirectory("canario-bench-").FullName;
        try
        {
            @case.Write(folder);
            string script = Path.Combine(folder, "post.lua");
            Wrk.WriteScript(script, @case);
            using var raw = new RawRun(Path.Combine(folder, ModelFiles.Model), @case);
            using ServerProcess server = ServerProcess.Inference(folder, [.. @case.Options]);
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

            double bytes = await AllocatedAsync(server, script, @case) - await AllocatedAsync(bare, script, @case);
            return Report(@case, raws, servers, bares, bytes);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <returns>Bytes left to the collector for each request.</returns>
    private static async Task<double> AllocatedAsync(ServerProcess server, string script, InferenceCase @case)
    {
        double before = await server.AllocatedAsync();
        long requests = (await server.LoadAsync(script, @case.Connections, Seconds)).Load.Requests;
        return (await server.AllocatedAsync() - before) / requests;
    }

    private static int Report(InferenceCase @case, List<(double Cpu, double Wall)> raws, List<ServedRound> servers, List<ServedRound> bares, double bytes)
    {
        double raw = raws.Median(r => r.Cpu);
        double rawRate = 1e6 / raws.Median(r => r.Wall);
        double cpu = servers.Median(s => s.Cpu);
        double rate = servers.Median(s => s.Load.Rate);
        double ofRaw = cpu / raw;
        double ofBare = cpu / bares.Median(b => b.Cpu);
        double rateOfBare = rate / bares.Median(b => b.Load.Rate);
        string limits = string.Join(", ", new[]
        {
            Limit("cpu <= ", @case.MostCpuOfRaw, " of raw"), Limit("cpu <= ", @case.MostCpuOfBare, " of bare"),
            Limit("req/s >= ", @case.LeastRateOfBare, " of bare"), Limit("bytes < ", @case.MostBytes, ""),
        }.Where(limit => limit.Length > 0));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{@case.Name,-24}{raw,9:F1}{rawRate,9:F0}{rate,9:F0}{rate / rawRate,8:F2}{rateOfBare,8:F2}{servers.Median(s => s.Load.P50),9:F0}{servers.Median(s => s.Load.P99),9:F0}{cpu,9:F1}{ofRaw,8:F2}{ofBare,8:F2}{bytes,8:F0}  {limits}"));

        int failures = 0;
        long failed = servers.Sum(s => s.Load.Failed);
        if (failed > 0) failures += Fail($"{failed} requests failed");
        if (ofRaw > @case.MostCpuOfRaw) failures += Fail($"CPU a request is {ofRaw:F2} of the raw run's; the limit is {@case.MostCpuOfRaw}");
        if (ofBare > @case.MostCpuOfBare) failures += Fail($"CPU a request is {ofBare:F2} of the bare endpoint's; the limit is {@case.MostCpuOfBare}");
        if (rateOfBare < @case.LeastRateOfBare) failures += Fail($"requests a second are {rateOfBare:F2} of the bare endpoint's; the limit is {@case.LeastRateOfBare}");
        if (bytes >= @case.MostBytes) failures += Fail($"a request leaves {bytes:F0} bytes more to the collector than the bare endpoint's; the limit is {@case.MostBytes}");
        return failures;
    }

    private static int Fail(string what)
    {
        Console.WriteLine("  FAILED: " + what);
        return 1;
    }

    private static string Limit(string before, double? limit, string after) => limit is { } value ? string.Create(CultureInfo.InvariantCulture, $"{before}{value}{after}") : "";
}
