using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Canario.Contract;

namespace Canario.InferenceServer.Tests;

/// <summary>The server in a process of its own; killed with the test.</summary>
internal sealed partial class ServerProcess : IDisposable
{
    public const int SigTerm = 15;

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<int> _port = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int> _grpcPort = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(90));

    public ServerProcess(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        // The server's assembly lies beside the tests'; started through the runtime that runs them.
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments.Prepend(Path.Combine(AppContext.BaseDirectory, "Canario.InferenceServer.dll")).Prepend("exec")) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        _process = Process.Start(start)!;
        // Nobody else empties the pipes, and a full one would hold the process.
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public Task<int> GrpcPort => _grpcPort.Task.WaitAsync(_limit.Token);

    /// <summary>Ready, on a free port of its own.</summary>
    public static async Task<(ServerProcess Server, HttpClient Client)> StartReadyAsync(ModelFolder folder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var server = new ServerProcess(["--model-uri", $"file://{folder.Path}/", "--http-port", "0", "--address", "127.0.0.1", .. arguments], environment);
        try
        {
            int port = await server._port.Task.WaitAsync(server._limit.Token);
            var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            while ((await client.GetAsync(HttpPaths.V2Ready, server._limit.Token)).StatusCode != HttpStatusCode.OK) await Task.Delay(20, server._limit.Token);
            return (server, client);
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    public void Signal(int signal) => Assert.Equal(0, Kill(_process.Id, signal));

    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync(_limit.Token);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
        _limit.Dispose();
    }

    /// <summary>Both streams; complete when it has ended.</summary>
    public string Output
    {
        get { lock (_output) return _output.ToString(); }
    }

    private void Keep(string? line)
    {
        lock (_output) _output.AppendLine(line);
    }

    private void Read(string? line)
    {
        Keep(line);
        if (line is null) _port.TrySetException(new InvalidOperationException("The server ended before it listened."));
        // The first is HTTP/1.1, the second gRPC.
        else if (Listening.Match(line) is { Success: true, Groups: [_, var port] }) (_port.Task.IsCompleted ? _grpcPort : _port).TrySetResult(int.Parse(port.Value, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"Now listening on: http://127\.0\.0\.1:([0-9]+)")]
    private static partial Regex Listening { get; }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int process, int signal);
}
