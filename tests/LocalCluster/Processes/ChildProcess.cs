using System.Diagnostics;

namespace Canario.LocalCluster.Processes;

/// <summary>A server process whose output goes straight to a file, so that the log outlives both it and its parent.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process process;

    private ChildProcess(string name, string logPath, Process process)
    {
        Name = name;
        LogPath = logPath;
        this.process = process;
    }

    public string Name { get; }

    public string LogPath { get; }

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    public static async Task<ChildProcess> StartAsync(string name, string logPath, ChildLifetime lifetime, string program, IEnumerable<string> arguments)
    {
        // The shell only redirects and then becomes the program, so the process id is the program's own.
        var wrapper = lifetime == ChildLifetime.WithParent ? "setpriv --pdeathsig KILL --" : "setsid --";
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        foreach (var argument in (string[])["-c", $"log=$1; shift; exec {wrapper} \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", logPath, program])
            start.ArgumentList.Add(argument);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        var process = await SpawnThread.RunAsync(() => Process.Start(start)!);
        return new ChildProcess(name, logPath, process);
    }

    /// <summary>The message for a process that ended or never became ready: what happened and the end of its log.</summary>
    public LocalClusterException Failure(string what) =>
        new($"{Name} {what}{(HasExited ? $" (exit code {process.ExitCode})" : "")}. The end of {LogPath}:\n{LogTail.Read(LogPath)}");

    public async Task KillAsync()
    {
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        process.Dispose();
    }
}
