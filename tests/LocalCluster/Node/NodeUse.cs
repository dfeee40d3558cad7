using Canario.LocalCluster.Processes;

namespace Canario.LocalCluster.Node;

/// <summary>
/// That this process works with the node. Several do so at a time, or one has it alone, to crash it for example. The kernel ends the use of a
/// process that ends.
/// </summary>
internal static class NodeUse
{
    private static IDisposable? current;
    private static bool isAlone;

    /// <summary>Waits for others where one of them, or this process, wants the node alone. Who has it alone keeps it so.</summary>
    public static async Task BeginAsync(bool alone, Action<string> progress, TimeProvider time, CancellationToken cancellationToken)
    {
        if (current is not null && isAlone)
            return;
        End();
        isAlone = alone;
        current = await FileLock.TakeAsync(
            NodeLayout.UseFile, alone ? "working with the node" : "testing the node alone", progress, time, cancellationToken, isShared: !alone);
    }

    public static void End() => Interlocked.Exchange(ref current, null)?.Dispose();
}
