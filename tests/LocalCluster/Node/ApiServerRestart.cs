using System.Text;
using Canario.LocalCluster.Processes;

namespace Canario.LocalCluster.Node;

/// <summary>Ends the running API server and starts one with the same command line.</summary>
internal static class ApiServerRestart
{
    private const string Name = "kube-apiserver";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    public static async Task RunAsync(TimeSpan after, TimeProvider time, CancellationToken cancellationToken)
    {
        var running = Leftovers.Find(NodeLayout.Directory).FirstOrDefault(process => process.Program == Name)
            ?? throw new LocalClusterException("The node's API server does not run; is the node up?");
        var command = Encoding.UTF8.GetString(await File.ReadAllBytesAsync($"/proc/{running.Id}/cmdline", cancellationToken)).TrimEnd('\0').Split('\0');
        Leftovers.Kill(running.Id);
        try
        {
            await Task.Delay(after, time, cancellationToken);
        }
        finally
        {
            await ChildProcess.StartAsync(Name, Path.Combine(NodeLayout.Directory, "logs", Name + ".log"), ChildLifetime.Detached, command[0], command[1..]);
        }

        var started = time.GetTimestamp();
        while ((await NodeObserver.ObserveAsync(time, cancellationToken)).State != NodeState.Up)
        {
            if (time.GetElapsedTime(started) > Limit)
                throw new LocalClusterException($"The API server did not answer {Limit.TotalSeconds:0} s after it was started again.");
            await Task.Delay(Interval, time, cancellationToken);
        }
    }
}
