namespace Canario.Telemetry.Metrics;

/// <summary>The buckets of one label set.</summary>
public sealed class HistogramChild : MetricChild
{
    private readonly Histogram _family;
    private readonly byte[] _labels;
    private readonly double[] _bounds;
    private readonly long[] _counts;
    private double _sum;

    internal HistogramChild(Histogram family, byte[] labels)
    {
        _family = family;
        _labels = labels;
        _bounds = family.Bounds;
        _counts = new long[_bounds.Length + 1];
    }

    public long Count
    {
        get
        {
            long count = 0;
            for (var i = 0; i < _counts.Length; i++)
                count += Interlocked.Read(ref _counts[i]);
            return count;
        }
    }

    public double Sum => Volatile.Read(ref _sum);

    /// <summary>Counts the value in the first bucket whose bound is not below it.</summary>
    /// <param name="value">NaN is ignored: it is in no bucket and would make the sum useless for ever.</param>
    public void Observe(double value)
    {
        if (double.IsNaN(value))
            return;
        Interlocked.Increment(ref _counts[FindBucket(value)]);
        Atomic.Add(ref _sum, value);
    }

    internal override void Write(ref TextFormatWriter writer)
    {
        // The count is the sum of the buckets as read here, so that the lines agree with each other while others observe.
        long count = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            count += Interlocked.Read(ref _counts[i]);
            writer.WriteSeries(_family.Utf8Name, "_bucket"u8, _labels, _family.LessOrEqual[i]);
            writer.WriteValue(count);
        }

        writer.WriteSeries(_family.Utf8Name, "_sum"u8, _labels, default);
        writer.WriteValue(Sum);
        writer.WriteSeries(_family.Utf8Name, "_count"u8, _labels, default);
        writer.WriteValue(count);
    }

    private int FindBucket(double value)
    {
        var low = 0;
        var high = _bounds.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (value <= _bounds[middle])
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }
}
