using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Canario.Benchmarks.Inference;
using Canario.LoadGenerator;

namespace Canario.Benchmarks.Router;

/// <summary>
/// What users feel of a shadow, at a rate that leaves the machine some room: nothing copied, everything copied to a shadow that answers, and to one that hangs. Round by round in turn, over one router.
/// The load is on a schedule, so that what is slow cannot hide by slowing it down.
/// </summary>
internal static class MirrorBenchmark
{
    private const int Rounds = 7;
    private const int Rate = 1_000;
    private const double MostAddedMilliseconds = 2;
    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(3);

    public static async Task<int> RunAsync()
    {
        string folder = Directory.CreateTempSubdirectory("canario-bench-").FullName;
        try
        {
            return await CompareAsync(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<int> CompareAsync(string folder)
    {
        using ServerProcess stable = ServerProcess.Bare();
        using ServerProcess shadow = ServerProcess.Bare();
        // Connections are made and never read from.
        using var hanging = new TcpListener(IPAddress.Loopback, 0);
        hanging.Start(4096);
        using ProxyProcess router = ProxyProcess.Router(folder, stable.Port, shadow.Port, 100);
        await stable.WaitReadyAsync();
        await shadow.WaitReadyAsync();
        await router.WaitReadyAsync();
        using var http = new HttpClient();
        Console.WriteLine($"copies for a shadow: {Rate} requests a second on schedule, {Rounds} interleaved rounds of {s_round.TotalSeconds} s; p50 and CPU are medians, p99 is the best round's");
        int hangingPort = ((IPEndPoint)hanging.LocalEndpoint).Port;
        (string Name, int Shadow, int Percent)[] cases = [("none", shadow.Port, 0), ("100 %", shadow.Port, 100), ("hanging", hangingPort, 100)];
        var reports = cases.ToDictionary(c => c.Name, _ => new List<(LoadReport Load, double Cpu)>(), StringComparer.Ordinal);
        // The first round warms up.
        for (int i = 0; i <= Rounds; i++)
        {
            foreach (var (name, port, percent) in cases)
            {
                router.Files!.WriteEndpoints(stable.Port, port);
                await SplitCheck.SetAsync(router, http, 100, percent);
                double before = router.CpuSeconds();
                LoadReport report = await LoadAsync(router.Port);
                if (i > 0) reports[name].Add((report, (router.CpuSeconds() - before) / report.Requests * 1e6));
            }
        }

        long compared = await PairsAsync(http, router);
        return Report(cases.Select(c => c.Name), reports, compared);
    }

    private static async Task<LoadReport> LoadAsync(int port)
    {
        await using LoadRun run = Load.Start(new LoadOptions
        {
            Url = new Uri($"http://127.0.0.1:{port}/v2/models/model/infer"),
            Bodies = [RouterBenchmark.Body],
            Rate = Rate,
            Duration = s_round,
        });
        return await run.Completion;
    }

    private static async Task<long> PairsAsync(HttpClient http, ProxyProcess router)
    {
        string page = await http.GetStringAsync(new Uri(router.Admin, "/metrics"));
        return page.Split('\n').Where(l => l.StartsWith("canario_router_shadow_pairs_total{", StringComparison.Ordinal) && l.Contains("outcome=\"agreed\"", StringComparison.Ordinal))
            .Sum(l => long.Parse(l[(l.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    private static int Report(IEnumerable<string> names, Dictionary<string, List<(LoadReport Load, double Cpu)>> reports, long compared)
    {
        Console.WriteLine($"{"copies",-10}{"p50 ms",9}{"p99 ms",9}{"added",9}{"cpu us/req",12}{"failed",8}");
        int failures = 0;
        foreach (string name in names)
        {
            double added = P99(name) - P99("none");
            long failed = reports[name].Sum(r => r.Load.Failed);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-10}{Median(name, r => r.Load.Latency.P50),9:F2}{P99(name),9:F2}{added,9:F2}{Median(name, r => r.Cpu),12:F1}{failed,8}"));
            if (added > MostAddedMilliseconds) failures += RouterBenchmark.Fail(string.Create(CultureInfo.InvariantCulture, $"copies ({name}) add {added:F2} ms to users' p99; the limit is {MostAddedMilliseconds:F0} ms"));
            if (failed > 0) failures += RouterBenchmark.Fail($"{failed} requests failed with copies: {name}");
        }

        long asked = reports["100 %"].Sum(r => r.Load.Requests);
        Console.WriteLine($"limit: {MostAddedMilliseconds} ms more at p99; {compared} pairs compared");
        return compared >= asked * 9 / 10 ? failures : failures + RouterBenchmark.Fail($"{compared} pairs were compared of more than {asked} requests");

        // Of the best round: what else the machine does only ever adds, and at p99 it adds more than what is measured here.
        double P99(string name) => reports[name].Min(r => r.Load.Latency.P99);

        double Median(string name, Func<(LoadReport Load, double Cpu), double> figure) => Figures.Percentile(reports[name].Select(figure), 0.5);
    }
}
