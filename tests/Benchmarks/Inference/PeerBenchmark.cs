using System.Globalization;
using Canario.Contract;
using Canario.LocalCluster;

namespace Canario.Benchmarks.Inference;

/// <summary>
/// The server beside what its users have now: FastAPI with ONNX Runtime as its tutorials write it and tuned, and fastify with onnxruntime-node. One core each, one thread for a run, the same
/// request, round by round in turn.
/// </summary>
internal static class PeerBenchmark
{
    private const int Rounds = 5;
    private const int Seconds = 3;
    private const string Typical = "FastAPI";
    private const string Tuned = "FastAPI, tuned";
    private const string Node = "fastify";

    private static readonly PeerCase[] s_cases =
    [
        new(InferenceCase.Named("mlp, JSON, c=64"), [new(Typical, 5, 0.25), new(Tuned, 3, null), new(Node, 3, null)]),
        new(InferenceCase.Named("mlp, binary, c=64"), [new(Tuned, 5, null), new(Node, null, null)]),
        new(InferenceCase.Named("cls, JSON, c=8"), [new(Typical, 4, null), new(Tuned, 2.5, null), new(Node, null, null)]),
        new(InferenceCase.Named("cls, binary, c=8"), [new(Tuned, null, null), new(Node, null, null)]),
    ];

    public static async Task<int> RunAsync()
    {
        string peers = BuildScript.Run("peers");
        Console.WriteLine($"medians of {Rounds} interleaved rounds of {Seconds} s over loopback, each server on one core with one thread a run, wrk on another; rate, cpu and p99: ours / the peer's of the same round");
        Console.WriteLine($"{"",-20}{"",-16}{"req/s",9}{"p50 us",9}{"p99 us",9}{"cpu us",9}{"failed",8}{"rate",8}{"cpu",8}{"p99",8}  limits");
        int failures = 0;
        foreach (PeerCase @case in s_cases) failures += await MeasureAsync(peers, @case);
        return failures;
    }

    private static async Task<int> MeasureAsync(string peers, PeerCase @case)
    {
        string folder = Directory.CreateTempSubdirectory("canario-bench-").FullName;
        var servers = new List<(Peer? Peer, ServerProcess Server, List<ServedRound> Rounds)>();
        try
        {
            @case.Case.Write(folder);
            string programs = Path.Combine(Checkout.Root, "tests", "Benchmarks", "Peers");
            foreach (string file in (string[])["fastapi/typical.py", "fastapi/tuned.py", "node/server.js"])
                File.Copy(Path.Combine(programs, file), Path.Combine(folder, Path.GetFileName(file)));
            string script = Path.Combine(folder, "post.lua");
            Wrk.WriteScript(script, @case.Case);
            servers.Add((null, ServerProcess.Inference(folder, "--threads", "1"), []));
            foreach (Peer peer in @case.Peers) servers.Add((peer, Start(peers, peer, folder), []));
            foreach (var (_, server, _) in servers) await server.WaitReadyAsync();
            foreach (var (_, server, _) in servers) await server.WarmUpAsync(script, @case.Case.Connections);
            for (int round = 0; round < Rounds; round++)
            {
                foreach (var (_, server, rounds) in servers) rounds.Add(await server.LoadAsync(script, @case.Case.Connections, Seconds));
            }

            return servers.Sum(s => Report(@case.Case.Name, s.Peer, s.Rounds, servers[0].Rounds));
        }
        finally
        {
            foreach (var (_, server, _) in servers) server.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static ServerProcess Start(string peers, Peer peer, string folder) => peer.Name switch
    {
        Typical => ServerProcess.FastApi(Path.Combine(peers, "fastapi"), "typical", folder),
        Tuned => ServerProcess.FastApi(Path.Combine(peers, "fastapi"), "tuned", folder),
        _ => ServerProcess.Node(Path.Combine(peers, "node", "node_modules"), folder),
    };

    private static int Report(string name, Peer? peer, List<ServedRound> rounds, List<ServedRound> ours)
    {
        double rate = rounds.Median(r => r.Load.Rate), p99 = rounds.Median(r => r.Load.P99), cpu = rounds.Median(r => r.Cpu);
        var figures = string.Create(CultureInfo.InvariantCulture, $"{rate,9:F0}{rounds.Median(r => r.Load.P50),9:F0}{p99,9:F0}{cpu,9:F1}{rounds.Sum(r => r.Load.Failed),8}");
        long failed = ours.Sum(r => r.Load.Failed);
        if (peer is null)
        {
            Console.WriteLine($"{name,-20}{"Canario",-16}{figures}");
            return failed == 0 ? 0 : Fail($"{failed} requests failed");
        }

        // Of the same round: the machine is quicker in one than in another.
        (ServedRound Ours, ServedRound Theirs)[] pairs = [.. ours.Zip(rounds)];
        double times = pairs.Median(p => p.Ours.Load.Rate / p.Theirs.Load.Rate), ofP99 = pairs.Median(p => (double)p.Ours.Load.P99 / p.Theirs.Load.P99), ofCpu = pairs.Median(p => p.Ours.Cpu / p.Theirs.Cpu);
        string limits = string.Join(", ", new[] { Limit("rate >=", peer.LeastRate), Limit("p99 <=", peer.MostP99) }.Where(limit => limit.Length > 0));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"",-20}{peer.Name,-16}{figures}{times,8:F2}{ofCpu,8:F2}{ofP99,8:F2}  {limits}"));
        int failures = 0;
        if (rounds.Sum(r => r.Load.Failed) is > 0 and var lost) failures += Fail($"{lost} requests to {peer.Name} failed: nothing is compared with that");
        if (times < peer.LeastRate) failures += Fail($"{times:F2} times the rate of {peer.Name}; the limit is {peer.LeastRate}");
        if (ofP99 > peer.MostP99) failures += Fail($"the p99 is {ofP99:F2} of that of {peer.Name}; the limit is {peer.MostP99}");
        return failures;
    }

    private static int Fail(string what)
    {
        Console.WriteLine("  MISSED: " + what);
        return 1;
    }

    private static string Limit(string what, double? limit) => limit is { } value ? string.Create(CultureInfo.InvariantCulture, $"{what} {value}") : "";

    private sealed record PeerCase(InferenceCase Case, IReadOnlyList<Peer> Peers);

    /// <param name="LeastRate">Our requests a second over its; null: only shown.</param>
    /// <param name="MostP99">Our p99 over its; null: only shown.</param>
    private sealed record Peer(string Name, double? LeastRate, double? MostP99);
}
