using System.Globalization;
using System.Text;

namespace Canario.Telemetry.Metrics;

/// <summary>Counts of observations up to each bound, their number and their sum.</summary>
public sealed class Histogram : MetricFamily<HistogramChild>
{
    internal Histogram(string name, string help, IReadOnlyList<double> buckets, string[] labelNames)
        : base(name, help, "histogram", labelNames)
    {
        ArgumentNullException.ThrowIfNull(buckets);
        if (labelNames.Contains("le", StringComparer.Ordinal))
            throw new ArgumentException($"metric {name}: the label name 'le' belongs to the histogram itself");
        Bounds = [.. buckets];
        for (var i = 0; i < Bounds.Length; i++)
        {
            if (!double.IsFinite(Bounds[i]) || (i > 0 && Bounds[i] <= Bounds[i - 1]))
                throw new ArgumentException($"metric {name}: bucket bounds must be finite and ascend, got {string.Join(", ", Bounds)}");
        }

        LessOrEqual = [.. Bounds.Select(b => Encoding.UTF8.GetBytes($"le=\"{b.ToString("R", CultureInfo.InvariantCulture)}\"")), "le=\"+Inf\""u8.ToArray()];
        if (labelNames.Length == 0)
            WithLabels();
    }

    internal double[] Bounds { get; }

    internal byte[][] LessOrEqual { get; }

    internal override IEnumerable<string> SeriesNames => [Name, $"{Name}_bucket", $"{Name}_sum", $"{Name}_count"];

    private protected override HistogramChild CreateChild(byte[] labels) => new(this, labels);
}
