using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Canario.InferenceServer.Tests.Batch;

/// <summary>The real process with the word <c>batch</c>.</summary>
internal sealed partial class BatchRun : IDisposable
{
    public const int SigTerm = 15;
    public const int SigKill = 9;

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    /// <param name="arguments">After the word.</param>
    /// <param name="heapLimit">Bytes in hexadecimal; empty: none.</param>
    /// <param name="shell">A line of bash that runs the process as <c>"$@"</c>; empty: no shell.</param>
    public BatchRun(IEnumerable<string> arguments, string heapLimit = "", string shell = "")
    {
        string[] command = [Environment.ProcessPath!, "exec", Path.Combine(AppContext.BaseDirectory, "Canario.InferenceServer.dll"), "batch", .. arguments];
        if (shell.Length > 0) command = ["bash", "-c", shell, "bash", .. command];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (heapLimit.Length > 0) start.Environment["DOTNET_GCHeapHardLimit"] = heapLimit;
        _process = Process.Start(start)!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _error = _process.StandardError.ReadToEndAsync();
    }

    public bool HasExited => _process.HasExited;

    public static string[] Arguments(ModelFolder folder, string input, string output, params string[] more) =>
        ["--model-uri", $"file://{folder.Path}/", "--input", input, "--output", Path.Combine(folder.Path, output), .. more];

    public void Signal(int signal) => Assert.Equal(0, Kill(_process.Id, signal));

    /// <returns>False: it has ended.</returns>
    public bool TrySignal(int signal) => Kill(_process.Id, signal) == 0;

    public async Task<(int Code, JsonNode? Summary, string Error)> EndAsync()
    {
        await _process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(120)).Token);
        string output = await _output;
        return (_process.ExitCode, output.Length > 0 ? JsonNode.Parse(output) : null, await _error);
    }

    public static async Task<(int Code, JsonNode? Summary, string Error)> ToEndAsync(params string[] arguments)
    {
        using var run = new BatchRun(arguments);
        return await run.EndAsync();
    }

    public static async Task<JsonNode> SucceedAsync(params string[] arguments)
    {
        (int code, JsonNode? summary, string error) = await ToEndAsync(arguments);
        Assert.True(code == 0, $"{code}: {error}");
        Assert.True((bool)summary!["complete"]!);
        return summary;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int process, int signal);
}
