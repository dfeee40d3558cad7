using System.Collections.Concurrent;
using System.Diagnostics;

namespace Canario.LocalCluster.Processes;

/// <summary>Runs a program to its end.</summary>
internal static class Command
{
    private const int TailLines = 30;

    /// <summary>Returns standard output; a failure carries the end of both streams.</summary>
    public static async Task<string> RunAsync(
        string program, IEnumerable<string> arguments, CancellationToken cancellationToken,
        string? directory = null, IReadOnlyDictionary<string, string>? environment = null, string? input = null)
    {
        var result = await TryRunAsync(program, arguments, cancellationToken, directory, environment, input);
        return result.ExitCode == 0
            ? result.Output
            : throw new LocalClusterException(
                $"'{program} {string.Join(' ', arguments)}' ended with {result.ExitCode}:\n{Tail(result.Error.Length > 0 ? result.Error : result.Output)}");
    }

    public static async Task<CommandResult> TryRunAsync(
        string program, IEnumerable<string> arguments, CancellationToken cancellationToken,
        string? directory = null, IReadOnlyDictionary<string, string>? environment = null, string? input = null)
    {
        using var process = Start(program, arguments, directory, environment);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            if (input is not null)
                await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellationToken);
            return new CommandResult(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Hands over each line of both streams as it comes, one stream beside the other; a failure carries the last of them.</summary>
    public static async Task WatchAsync(
        string program, IEnumerable<string> arguments, Action<string> line, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        var last = new ConcurrentQueue<string>();
        using var process = Start(program, arguments, null, environment);
        try
        {
            process.StandardInput.Close();
            await Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        if (process.ExitCode != 0)
            throw new LocalClusterException($"'{program} {string.Join(' ', arguments)}' ended with {process.ExitCode}:\n{Tail(string.Join('\n', last))}");

        async Task ReadAsync(StreamReader reader)
        {
            while (await reader.ReadLineAsync(cancellationToken) is { } text)
            {
                line(text);
                last.Enqueue(text);
                if (last.Count > TailLines)
                    last.TryDequeue(out _);
            }
        }
    }

    private static Process Start(string program, IEnumerable<string> arguments, string? directory, IReadOnlyDictionary<string, string>? environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = directory ?? "",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static string Tail(string text) => string.Join('\n', text.TrimEnd().Split('\n').TakeLast(TailLines).Select(line => "  " + line));
}
