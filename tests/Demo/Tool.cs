using System.Diagnostics;
using System.Text;
using Canario.LocalCluster;

namespace Canario.Demo;

/// <summary>A command-line program run to its end, bounded in time. Its output is the result; a bad exit is an exception that carries what it said.</summary>
internal sealed class Tool(string program, IReadOnlyDictionary<string, string> environment)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>The path of helm or kubectl: the one on PATH, else one that is fetched once.</summary>
    public static async Task<string> FindAsync(string name, CancellationToken cancellationToken) =>
        (await new Tool(Path.Combine(Checkout.Root, "build", name), new Dictionary<string, string>()).RunAsync([], null, cancellationToken)).Trim();

    public async Task<string> RunAsync(IReadOnlyList<string> arguments, string? input, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        using var process = Process.Start(start) ?? throw new DemoException($"{program} could not be started");
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            if (input is not null)
            {
                await process.StandardInput.WriteAsync(input.AsMemory(), limit.Token);
            }

            process.StandardInput.Close();
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode == 0
                ? await output
                : throw new DemoException(Describe(arguments, process.ExitCode, await error + await output));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            throw new DemoException($"{program} {string.Join(' ', arguments)} did not end within {Limit}");
        }
    }

    private string Describe(IReadOnlyList<string> arguments, int code, string said) =>
        new StringBuilder().Append(program).Append(' ').AppendJoin(' ', arguments).Append(" exited with ").Append(code).Append(": ").Append(said.Trim()).ToString();
}
