namespace Canario.Telemetry.Metrics;

/// <summary>One value.</summary>
public sealed class GaugeChild : MetricChild
{
    private readonly Gauge _family;
    private readonly byte[] _labels;
    private double _value;

    internal GaugeChild(Gauge family, byte[] labels)
    {
        _family = family;
        _labels = labels;
    }

    public double Value => Volatile.Read(ref _value);

    public void Set(double value) => Volatile.Write(ref _value, value);

    public void Add(double difference) => Atomic.Add(ref _value, difference);

    public void Increment() => Add(1);

    public void Decrement() => Add(-1);

    internal override void Write(ref TextFormatWriter writer)
    {
        writer.WriteSeries(_family.Utf8Name, default, _labels, default);
        writer.WriteValue(Value);
    }
}
