namespace Canario.LoadGenerator;

/// <summary>Sixteen buckets an octave from one microsecond up: constant memory for any length of run, and an error of at most 2^(1/16), 4.5 %.</summary>
internal sealed class LatencyHistogram
{
    private const int BucketsPerOctave = 16;
    private const int Octaves = 30;

    private readonly long[] buckets = new long[BucketsPerOctave * Octaves];
    private long count;
    private double largestMicroseconds;

    public void Add(TimeSpan latency)
    {
        var microseconds = Math.Max(1, latency.TotalMicroseconds);
        var bucket = (int)(Math.Log2(microseconds) * BucketsPerOctave);
        buckets[Math.Min(bucket, buckets.Length - 1)]++;
        largestMicroseconds = Math.Max(largestMicroseconds, microseconds);
        count++;
    }

    public LatencySummary Summarise() => new(Quantile(0.5), Quantile(0.9), Quantile(0.99), Quantile(0.999), Milliseconds(largestMicroseconds));

    private double Quantile(double quantile)
    {
        var rank = (long)Math.Ceiling(quantile * count);
        if (rank == 0)
            return 0;
        var seen = 0L;
        for (var i = 0; i < buckets.Length; i++)
        {
            seen += buckets[i];
            if (seen >= rank)
                return Milliseconds(Math.Min(largestMicroseconds, Math.Pow(2, (i + 1.0) / BucketsPerOctave)));
        }
        return Milliseconds(largestMicroseconds);
    }

    private static double Milliseconds(double microseconds) => Math.Round(microseconds / 1000, 3);
}
