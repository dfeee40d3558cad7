namespace Canario.Router.Mirroring;

/// <summary>Memory for all copies of a process.</summary>
internal sealed class MirrorBudget(long bytes)
{
    private long _left = bytes;

    public long Left => Interlocked.Read(ref _left);

    public bool TryTake(int count)
    {
        if (Interlocked.Add(ref _left, -count) >= 0) return true;
        Give(count);
        return false;
    }

    public void Give(int count) => Interlocked.Add(ref _left, count);
}
