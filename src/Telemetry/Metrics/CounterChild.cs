namespace Canario.Telemetry.Metrics;

/// <summary>One count.</summary>
public sealed class CounterChild : MetricChild
{
    private readonly Counter _family;
    private readonly byte[] _labels;
    private long _value;

    internal CounterChild(Counter family, byte[] labels)
    {
        _family = family;
        _labels = labels;
    }

    public long Value => Interlocked.Read(ref _value);

    /// <param name="n">Not negative.</param>
    public void Increment(long n = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        Interlocked.Add(ref _value, n);
    }

    internal override void Write(ref TextFormatWriter writer)
    {
        writer.WriteSeries(_family.Utf8Name, default, _labels, default);
        writer.WriteValue(Value);
    }
}
