using System.Globalization;
using Canario.Contract;
using Canario.Telemetry.Metrics;

namespace Canario.InferenceServer.Observation;

/// <summary>Counts the values of one variable in its baseline's bins.</summary>
internal sealed class BinCounters
{
    private readonly double[] _edges;
    private readonly CounterChild[] _bins;
    private readonly Dictionary<string, int> _categories;
    private readonly CounterChild _missing;
    private readonly CounterChild _other;

    /// <summary>Creates every series at 0 and sets the baseline's gauges.</summary>
    /// <param name="histogram">The baseline.</param>
    /// <param name="counters">Resolves a counter by its bin label.</param>
    /// <param name="baseline">Resolves a gauge by its bin label.</param>
    public BinCounters(BaselineHistogram histogram, Func<string, CounterChild> counters, Func<string, GaugeChild> baseline)
    {
        IsCategorical = histogram.Categories.Count > 0;
        _edges = [.. histogram.Edges];
        string[] names = IsCategorical ? [.. histogram.Categories] : [.. _edges.Select(NameOf), Bins.Infinity];
        _bins = [.. names.Select(counters)];
        _categories = IsCategorical
            ? names.Select((name, index) => (name, index)).ToDictionary(pair => pair.name, pair => pair.index, StringComparer.Ordinal)
            : [];
        for (int i = 0; i < names.Length; i++) baseline(names[i]).Set(histogram.Counts[i]);
        _missing = counters(Bins.Missing);
        baseline(Bins.Missing).Set(histogram.Missing);
        _other = IsCategorical ? counters(Bins.Other) : _missing;
        if (IsCategorical) baseline(Bins.Other).Set(0);
    }

    public bool IsCategorical { get; }

    public void Observe(double value)
    {
        if (double.IsNaN(value)) _missing.Increment();
        else if (IsCategorical) Observe(value.ToString("R", CultureInfo.InvariantCulture));
        else _bins[FindBin(value)].Increment();
    }

    public void Observe(string category)
    {
        if (_categories.TryGetValue(category, out int bin)) _bins[bin].Increment();
        else _other.Increment();
    }

    public void ObserveMissing() => _missing.Increment();

    private static string NameOf(double edge) => double.IsPositiveInfinity(edge) ? Bins.Infinity : edge.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>The first bin whose upper edge is not below the value.</summary>
    private int FindBin(double value)
    {
        int low = 0;
        int high = _edges.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (value <= _edges[middle]) high = middle;
            else low = middle + 1;
        }

        return low;
    }
}
