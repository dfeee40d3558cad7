using System.Globalization;
using Canario.Benchmarks.Inference;

namespace Canario.Benchmarks.Router;

/// <summary>What users get is what the weights say, and changing them fails nobody.</summary>
internal static class SplitCheck
{
    private const int Requests = 10_000;
    private const int Clients = 8;
    private const int Changes = 100;
    private static readonly int[] s_weights = [1, 5, 10, 50];

    public static async Task<int> RunAsync(string folder)
    {
        using ServerProcess stable = ServerProcess.Bare();
        using ServerProcess candidate = ServerProcess.Bare();
        using ProxyProcess router = ProxyProcess.Router(folder, stable.Port, candidate.Port, 100);
        await stable.WaitReadyAsync();
        await candidate.WaitReadyAsync();
        await router.WaitReadyAsync();
        using var http = new HttpClient();
        int failures = 0;
        Console.WriteLine($"split of {Requests} requests over {Clients} connections, limit three sigma");
        foreach (int weight in s_weights) failures += await MeasureAsync(router, http, weight);
        return failures + await ChangeAsync(router, http);
    }

    private static async Task<int> MeasureAsync(ProxyProcess router, HttpClient http, int weight)
    {
        await SetAsync(router, http, 100 - weight);
        double share = weight / 100.0, expected = Requests * share, sigma = Math.Sqrt(Requests * share * (1 - share));
        double away = 0;
        // Chance alone goes beyond three sigma once in 370 draws: such a draw is repeated once.
        for (int draw = 0; draw < 2; draw++)
        {
            (long hits, long failed) = await DrawAsync(router.Port);
            if (failed > 0) return RouterBenchmark.Fail($"{failed} requests failed at {weight} %");
            away = (hits - expected) / sigma;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {weight,3} %: {hits,5} of {Requests}, {away,5:F1} sigma"));
            if (Math.Abs(away) <= 3) return 0;
        }

        return RouterBenchmark.Fail(string.Create(CultureInfo.InvariantCulture, $"the split at {weight} % is {away:F1} sigma away, twice"));
    }

    private static async Task<(long Hits, long Failed)> DrawAsync(int port)
    {
        long hits = 0, failed = 0;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            using RouterClient client = await RouterClient.ConnectAsync(port);
            for (int i = 0; i < Requests / Clients; i++)
            {
                string? revision = await client.AskAsync();
                if (revision is null) Interlocked.Increment(ref failed);
                else if (revision == RouterFiles.Candidate) Interlocked.Increment(ref hits);
            }
        }));
        return (hits, failed);
    }

    private static async Task<int> ChangeAsync(ProxyProcess router, HttpClient http)
    {
        bool stop = false;
        long answered = 0, failed = 0;
        Task load = Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(async () =>
        {
            using RouterClient client = await RouterClient.ConnectAsync(router.Port);
            while (!Volatile.Read(ref stop))
            {
                if (await client.AskAsync() is not null)
                {
                    Interlocked.Increment(ref answered);
                    continue;
                }

                Interlocked.Increment(ref failed);
                return;
            }
        })));
        for (int i = 0; i < Changes; i++) await SetAsync(router, http, i * 37 % 101);
        Volatile.Write(ref stop, true);
        await load;
        Console.WriteLine($"weights changed {Changes} times under load: {answered} requests answered, {failed} failed");
        return failed == 0 && answered > Changes ? 0 : RouterBenchmark.Fail($"{failed} requests failed, {answered} were answered");
    }

    public static async Task SetAsync(ProxyProcess router, HttpClient http, int stableWeight, int mirror = 0)
    {
        string version = router.Files!.WriteSplit(stableWeight, mirror);
        long since = TimeProvider.System.GetTimestamp();
        while (await RouterClient.VersionAsync(http, router.Admin) != version)
        {
            if (TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromSeconds(30)) throw new TimeoutException($"The router did not acknowledge {version}.");
            await Task.Delay(2);
        }
    }
}
