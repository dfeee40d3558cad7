using System.Diagnostics;

namespace Canario.LocalCluster.Processes;

/// <summary>Runs a program to its end.</summary>
internal static class Command
{
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
        using var process = Process.Start(start)!;
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

    private static string Tail(string text) => string.Join('\n', text.TrimEnd().Split('\n').TakeLast(30).Select(line => "  " + line));
}
