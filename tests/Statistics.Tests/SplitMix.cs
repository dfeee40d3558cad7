namespace Canario.Statistics.Tests;

/// <summary>SplitMix64 (G. Steele and others, 2014): the same numbers on every machine and runtime.</summary>
sealed class SplitMix(ulong seed)
{
    ulong state = seed;

    /// <summary>Uniform in [0, 1).</summary>
    public double Next()
    {
        unchecked
        {
            state += 0x9E3779B97F4A7C15;
            var z = state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
        }
    }
}
