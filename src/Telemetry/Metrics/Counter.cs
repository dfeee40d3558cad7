namespace Canario.Telemetry.Metrics;

/// <summary>A count that only grows.</summary>
public sealed class Counter : MetricFamily<CounterChild>
{
    internal Counter(string name, string help, string[] labelNames)
        : base(name, help, "counter", labelNames)
    {
        if (labelNames.Length == 0)
            WithLabels();
    }

    private protected override CounterChild CreateChild(byte[] labels) => new(this, labels);
}
