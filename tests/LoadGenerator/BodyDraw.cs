namespace Canario.LoadGenerator;

/// <summary>The same sequence of bodies for the same seed, on every machine (splitmix64).</summary>
internal sealed class BodyDraw(ulong seed, int count)
{
    private ulong state = seed;

    /// <summary>Index of a body, or -1 when there are none.</summary>
    public int Next()
    {
        if (count == 0)
            return -1;
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (int)((z ^ (z >> 31)) % (ulong)count);
    }
}
