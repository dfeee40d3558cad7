using Canario.Statistics;

namespace Canario.Simulation;

/// <summary>SplitMix64 (G. Steele and others, 2014): the same numbers on every machine and runtime.</summary>
sealed class SplitMix(ulong seed)
{
    ulong state = seed;

    public int Next(int end) => (int)(NextBits() % (ulong)end);

    /// <summary>Uniform in [0, 1).</summary>
    public double NextUnit() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    public T Pick<T>(params T[] items) => items[Next(items.Length)];

    /// <summary>Another stream for each part of a seed's work, whatever the order in which the parts are done.</summary>
    public static SplitMix Of(ulong seed, int part, int item)
    {
        var mixed = new SplitMix(new SplitMix(new SplitMix(seed).NextBits() + (ulong)part).NextBits() + (ulong)item);
        return new SplitMix(mixed.NextBits());
    }

    /// <summary>
    /// A Poisson number. Small means by multiplication (D. Knuth, The Art of Computer Programming 2, 3.4.1); large ones by transformed rejection with squeeze
    /// (W. Hörmann, "The transformed rejection method for generating Poisson random variables", Insurance: Mathematics and Economics 12, 1993: PTRS).
    /// </summary>
    public long NextPoisson(double mean)
    {
        if (mean <= 0)
        {
            return 0;
        }

        if (mean < 10)
        {
            var limit = Math.Exp(-mean);
            var count = 0L;
            for (var product = NextUnit(); product > limit; product *= NextUnit())
            {
                count++;
            }

            return count;
        }

        var log = Math.Log(mean);
        var b = 0.931 + 2.53 * Math.Sqrt(mean);
        var a = -0.059 + 0.02483 * b;
        var inverse = 1.1239 + 1.1328 / (b - 3.4);
        var certain = 0.9277 - 3.6224 / (b - 2);
        while (true)
        {
            var u = NextUnit() - 0.5;
            var v = 1 - NextUnit();
            var us = 0.5 - Math.Abs(u);
            var k = Math.Floor((2 * a / us + b) * u + mean + 0.43);
            if (us >= 0.07 && v <= certain)
            {
                return (long)k;
            }

            if (k >= 0 && (us >= 0.013 || v <= us) && Math.Log(v * inverse / (a / (us * us) + b)) <= k * log - mean - SpecialFunctions.LogGamma(k + 1))
            {
                return (long)k;
            }
        }
    }

    ulong NextBits()
    {
        unchecked
        {
            state += 0x9E3779B97F4A7C15;
            var z = state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
