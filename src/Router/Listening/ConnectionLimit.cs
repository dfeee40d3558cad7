namespace Canario.Router.Listening;

/// <summary>Of clients to all models, whatever their HTTP version.</summary>
internal sealed class ConnectionLimit(int most)
{
    private int _count;

    /// <returns>False: there are as many as there may be.</returns>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= most) return true;
        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _count);
}
