using System.Globalization;

namespace Canario.Benchmarks.Inference;

/// <summary>Ten minutes of full load: what the server holds at the end, beside what it held after the first minute.</summary>
internal static class SoakBenchmark
{
    private const int Minutes = 10;
    private const double MostGrowth = 20;

    public static async Task<int> RunAsync()
    {
        InferenceCase @case = InferenceCase.All.Single(c => c.Described);
        string folder = Directory.CreateTempSubdirectory("canario-bench-").FullName;
        try
        {
            @case.Write(folder);
            string script = Path.Combine(folder, "post.lua");
            Wrk.WriteScript(script, @case);
            using ServerProcess server = ServerProcess.Inference(folder, [.. @case.Options]);
            await server.WaitReadyAsync();
            Console.WriteLine($"{Minutes} minutes of {@case.Name}, {@case.Connections} connections; resident memory at the end of each");
            double first = 0;
            double last = 0;
            long failed = 0;
            for (int minute = 1; minute <= Minutes; minute++)
            {
                ServedRound round = await server.LoadAsync(script, @case.Connections, 60);
                last = server.ResidentMegabytes();
                if (minute == 1) first = last;
                failed += round.Load.Failed;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"minute {minute,2}: {last:F1} MB, {round.Load.Rate:F0} req/s, {round.Load.Failed} failed"));
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{last - first:+0.0;-0.0} MB since the first minute (limit {MostGrowth})"));
            bool missed = last - first > MostGrowth || failed > 0;
            if (missed) Console.WriteLine("  FAILED: it grows, or requests failed");
            return missed ? 1 : 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
