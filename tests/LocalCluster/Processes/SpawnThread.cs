using System.Collections.Concurrent;

namespace Canario.LocalCluster.Processes;

/// <summary>
/// Linux sends the parent-death signal when the <em>thread</em> that forked dies, not the process: a child started from a thread of
/// the pool would be killed as soon as the pool retires that thread. All children are therefore forked from one thread that never ends.
/// </summary>
internal static class SpawnThread
{
    private static readonly BlockingCollection<Action> Work = Start();

    public static Task<T> RunAsync<T>(Func<T> action)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Add(() =>
        {
            try
            {
                result.SetResult(action());
            }
            catch (Exception e)
            {
                result.SetException(e);
            }
        });
        return result.Task;
    }

    private static BlockingCollection<Action> Start()
    {
        var work = new BlockingCollection<Action>();
        new Thread(() =>
        {
            foreach (var action in work.GetConsumingEnumerable())
                action();
        })
        { IsBackground = true, Name = "spawn" }.Start();
        return work;
    }
}
