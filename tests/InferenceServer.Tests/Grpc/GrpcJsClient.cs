using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Canario.InferenceServer.Tests.Grpc;

/// <summary>The gRPC project's own client for Node, in a process of its own.</summary>
public sealed class GrpcJsClient : IDisposable
{
    private readonly Process _process;
    private readonly SemaphoreSlim _one = new(1);

    public GrpcJsClient()
    {
        var start = new ProcessStartInfo("node") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(Here(), "client", "client.js"));
        _process = Process.Start(start)!;
    }

    /// <param name="command">As client.js takes it.</param>
    /// <returns>code, details, response and, of many calls, how many were ok.</returns>
    internal async Task<JsonNode> CallAsync(JsonObject command)
    {
        await _one.WaitAsync();
        try
        {
            await _process.StandardInput.WriteLineAsync(command.ToJsonString());
            await _process.StandardInput.FlushAsync();
            string? line = await _process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
            return JsonNode.Parse(line ?? throw new InvalidOperationException("The client ended."))!;
        }
        finally
        {
            _one.Release();
        }
    }

    internal Task<JsonNode> CallAsync(TestServer server, string method, string request, string more = "{}")
    {
        JsonObject command = JsonNode.Parse(more)!.AsObject();
        command["target"] = $"127.0.0.1:{server.GrpcPort}";
        command["method"] = method;
        command["request"] = JsonNode.Parse(request);
        return CallAsync(command);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
        _one.Dispose();
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
