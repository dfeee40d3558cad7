using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Canario.Contract;
using Canario.LocalCluster;
using Canario.TestModels;

namespace Canario.Benchmarks.Inference;

/// <summary>The same tensor by gRPC and by binary REST, 64 at once, on one server: with h2load for both, round by round in turn, and with the client that Node's programs use.</summary>
internal static class GrpcBenchmark
{
    private const int Rounds = 3;
    private const double LeastRate = 0.8;
    private const string Method = "inference.GRPCInferenceService/ModelInfer";

    public static async Task<int> RunAsync()
    {
        InferenceCase @case = InferenceCase.Named("mlp, binary, c=64");
        string folder = Directory.CreateTempSubdirectory("canario-bench-").FullName;
        try
        {
            @case.Write(folder);
            (string frame, string body, string script) = (Path.Combine(folder, "frame"), Path.Combine(folder, "body"), Path.Combine(folder, "post.lua"));
            await File.WriteAllBytesAsync(frame, Frame(@case));
            await File.WriteAllBytesAsync(body, @case.Body());
            Wrk.WriteScript(script, @case);
            using ServerProcess server = ServerProcess.Inference(folder);
            await server.WaitReadyAsync();
            await server.WarmUpAsync(script, @case.Connections);

            var grpc = new List<(double Rate, double Cpu)>();
            var rest = new List<(double Rate, double Cpu)>();
            long failed = 0;
            // The first round compiles what gRPC needs.
            for (int round = -1; round < Rounds; round++)
            {
                (double Rate, double Cpu, long Failed) byGrpc = await MeasureAsync(server, () => H2Load.RunAsync(
                    new Uri($"http://127.0.0.1:{server.GrpcPort}/{Method}"), frame, 8, 8, "content-type: application/grpc", "te: trailers"));
                (double Rate, double Cpu, long Failed) byRest = await MeasureAsync(server, () => H2Load.RunAsync(
                    new Uri($"http://127.0.0.1:{server.Port}/v2/models/model/infer"), body, 64, 1,
                    "content-type: application/octet-stream", $"inference-header-content-length: {Encoding.UTF8.GetByteCount(@case.Json())}"));
                failed += byGrpc.Failed + byRest.Failed;
                if (round < 0) continue;
                grpc.Add((byGrpc.Rate, byGrpc.Cpu));
                rest.Add((byRest.Rate, byRest.Cpu));
            }

            // A call that fails is answered 200 too, with the failure in its trailers; the server knows better.
            failed += await server.CountAsync(MetricNames.InferenceRequests, line => line.Contains("v2-grpc", StringComparison.Ordinal) && !line.Contains("\"200\"", StringComparison.Ordinal));
            double ratio = grpc.Median(r => r.Rate) / rest.Median(r => r.Rate);
            Console.WriteLine($"medians of {Rounds} interleaved rounds over loopback, server on one core, client on another; 64 requests at once: gRPC as 8 connections of 8, REST as 64");
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"h2load: gRPC {grpc.Median(r => r.Rate):F0} req/s ({grpc.Median(r => r.Cpu):F1} us CPU), binary REST {rest.Median(r => r.Rate):F0} req/s ({rest.Median(r => r.Cpu):F1} us CPU): {ratio:F2} of its rate (limit {LeastRate}); {failed} failed"));
            Console.WriteLine("@grpc/grpc-js: " + await NodeAsync(server, @case));
            if (failed > 0) Console.WriteLine("  FAILED: requests failed");
            if (ratio < LeastRate) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  FAILED: the limit is {LeastRate}"));
            return failed > 0 || ratio < LeastRate ? 1 : 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(double Rate, double Cpu, long Failed)> MeasureAsync(ServerProcess server, Func<Task<(long Requests, double Rate, long Failed)>> load)
    {
        double before = server.CpuSeconds();
        var (requests, rate, failed) = await load();
        return (rate, (server.CpuSeconds() - before) / requests * 1e6, failed);
    }

    /// <summary>Of a whole client program in Node: mostly its own cost.</summary>
    private static async Task<string> NodeAsync(ServerProcess server, InferenceCase @case)
    {
        string client = Path.Combine(Checkout.Root, "tests", "InferenceServer.Tests", "Grpc", "client");
        if (!Directory.Exists(Path.Combine(client, "node_modules"))) return "not installed; building tests/InferenceServer.Tests installs it";
        using Process process = Pinned.Start(1, "/usr/bin/env",
        [
            $"NODE_PATH={Path.Combine(client, "node_modules")}", "node", Path.Combine(Checkout.Root, "tests", "Benchmarks", "Peers", "node", "grpc.js"),
            Path.Combine(client, "inference.proto"), $"127.0.0.1:{server.GrpcPort}", $"{@case.Connections}", $"{@case.Elements}",
        ]);
        string said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? said.Trim() : throw new InvalidOperationException("The client in Node failed.");
    }

    /// <summary>ModelInferRequest with raw contents, framed: not compressed, its length, itself.</summary>
    private static byte[] Frame(InferenceCase @case)
    {
        byte[] shape = [.. @case.Shape.Select(size => (byte)size)];
        byte[] message = new ProtoMessage()
            .Text(1, "model")
            .Message(5, new ProtoMessage().Text(1, @case.Input).Text(2, "FP32").Bytes(3, shape))
            .Bytes(7, @case.Raw())
            .ToArray();
        byte[] frame = new byte[5 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }
}
