namespace Canario.Telemetry.Metrics;

/// <summary>A value that goes up and down.</summary>
public sealed class Gauge : MetricFamily<GaugeChild>
{
    internal Gauge(string name, string help, string type, string[] labelNames)
        : base(name, help, type, labelNames)
    {
        if (labelNames.Length == 0)
            WithLabels();
    }

    private protected override GaugeChild CreateChild(byte[] labels) => new(this, labels);
}
