using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Canario.InferenceServer.Tests.Tracing;

/// <summary>An OTLP receiver that is not ours, in a process of its own; see <c>receiver/receiver.js</c>.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task _reading;

    private OtlpReceiver(Process process, string[] ports)
    {
        _process = process;
        GrpcPort = int.Parse(ports[0], CultureInfo.InvariantCulture);
        HttpPort = int.Parse(ports[1], CultureInfo.InvariantCulture);
        _reading = ReadAsync();
    }

    public int GrpcPort { get; }

    public int HttpPort { get; }

    /// <summary>Those that came.</summary>
    public ConcurrentQueue<JsonNode> Spans { get; } = new();

    public static async Task<OtlpReceiver> StartAsync()
    {
        var start = new ProcessStartInfo("node") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(Here(), "receiver", "receiver.js"));
        Process process = Process.Start(start)!;
        string? line = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return new OtlpReceiver(process, (line ?? throw new InvalidOperationException("The receiver ended.")).Split(' '));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _reading;
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line) Spans.Enqueue(JsonNode.Parse(line)!);
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
