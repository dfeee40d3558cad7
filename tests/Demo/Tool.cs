using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using Canario.LocalCluster;
using Canario.LocalCluster.Processes;

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
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        using var process = await StartAsync(arguments);
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

    /// <summary>Its output line by line while it runs, until it ends or nobody reads on.</summary>
    public async IAsyncEnumerable<string> ReadLinesAsync(IReadOnlyList<string> arguments, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var process = await StartAsync(arguments);
        try
        {
            process.StandardInput.Close();
            var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
            while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
            {
                yield return line;
            }

            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0)
            {
                throw new DemoException(Describe(arguments, process.ExitCode, await error));
            }
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private async Task<Process> StartAsync(IReadOnlyList<string> arguments)
    {
        // It ends with this process: helm waits for minutes, and one that nobody reads would go on writing to the cluster.
        var start = new ProcessStartInfo("setpriv", ["--pdeathsig", "KILL", "--", program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return await SpawnThread.RunAsync(() => Process.Start(start)) ?? throw new DemoException($"{program} could not be started");
    }

    private string Describe(IReadOnlyList<string> arguments, int code, string said) =>
        new StringBuilder().Append(program).Append(' ').AppendJoin(' ', arguments).Append(" exited with ").Append(code).Append(": ").Append(said.Trim()).ToString();
}
