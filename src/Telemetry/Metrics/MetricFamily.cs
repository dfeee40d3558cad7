using System.Text;

namespace Canario.Telemetry.Metrics;

/// <summary>All series of one metric name.</summary>
public abstract class MetricFamily
{
    private readonly byte[] _header;

    private protected MetricFamily(string name, string help, string type, string[] labelNames)
    {
        ArgumentNullException.ThrowIfNull(labelNames);
        MetricNaming.RequireMetricName(name);
        foreach (var label in labelNames)
            MetricNaming.RequireLabelName(name, label);
        if (labelNames.Distinct(StringComparer.Ordinal).Count() != labelNames.Length)
            throw new ArgumentException($"metric {name}: label names must differ, got {string.Join(", ", labelNames)}");
        Name = name;
        LabelNames = labelNames;
        Utf8Name = Encoding.UTF8.GetBytes(name);
        _header = Encoding.UTF8.GetBytes($"# HELP {name} {MetricNaming.EscapeHelp(help)}\n# TYPE {name} {type}\n");
    }

    public string Name { get; }

    public IReadOnlyList<string> LabelNames { get; }

    internal byte[] Utf8Name { get; }

    /// <summary>Every name that a line of this family may start with.</summary>
    internal virtual IEnumerable<string> SeriesNames => [Name];

    internal void Write(ref TextFormatWriter writer)
    {
        writer.WriteRaw(_header);
        WriteSeries(ref writer);
    }

    private protected abstract void WriteSeries(ref TextFormatWriter writer);
}
