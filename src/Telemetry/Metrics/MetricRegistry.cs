using System.Buffers;

namespace Canario.Telemetry.Metrics;

/// <summary>The metrics of one process, in prometheus-net's shape: families created once, children resolved once, updates without lock or allocation.</summary>
public sealed class MetricRegistry
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, MetricFamily> _byName = new(StringComparer.Ordinal);
    private MetricFamily[] _families = [];
    private Action[] _beforeCollect = [];

    /// <summary>A count that only grows. By convention the name ends in <c>_total</c>.</summary>
    /// <exception cref="ArgumentException">A name is invalid or taken.</exception>
    public Counter CreateCounter(string name, string help, params string[] labelNames) => Add(new Counter(name, help, labelNames));

    /// <summary>A value that goes up and down.</summary>
    /// <exception cref="ArgumentException">A name is invalid or taken.</exception>
    public Gauge CreateGauge(string name, string help, params string[] labelNames) => Add(new Gauge(name, help, "gauge", labelNames));

    /// <summary>Counts of observations up to each bound.</summary>
    /// <param name="buckets">Finite upper bounds, ascending; +Inf is implied.</param>
    /// <exception cref="ArgumentException">A name is invalid or taken, or the bounds do not ascend.</exception>
    public Histogram CreateHistogram(string name, string help, IReadOnlyList<double> buckets, params string[] labelNames) =>
        Add(new Histogram(name, help, buckets, labelNames));

    /// <summary>A sum of amounts that are not whole; it only grows: <see cref="GaugeChild.Add"/> of what is not negative. By convention the name ends in <c>_total</c>.</summary>
    /// <exception cref="ArgumentException">A name is invalid or taken.</exception>
    public Gauge CreateRealCounter(string name, string help, params string[] labelNames) => Add(new Gauge(name, help, "counter", labelNames));

    /// <summary>A total that someone else keeps (the kernel, the garbage collector) and that is set before each collection.</summary>
    internal Gauge CreateObservedCounter(string name, string help, params string[] labelNames) => Add(new Gauge(name, help, "counter", labelNames));

    /// <summary>Runs before each collection, on the collecting thread: for values that are cheap to read and pointless to push.</summary>
    public void OnCollect(Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        lock (_lock)
            _beforeCollect = [.. _beforeCollect, callback];
    }

    /// <summary>Writes Prometheus' text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/).</summary>
    public void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        foreach (var callback in Volatile.Read(ref _beforeCollect))
            callback();
        var writer = new TextFormatWriter(output);
        foreach (var family in Volatile.Read(ref _families))
            family.Write(ref writer);
        writer.Flush();
    }

    private T Add<T>(T family) where T : MetricFamily
    {
        lock (_lock)
        {
            foreach (var name in family.SeriesNames)
            {
                if (_byName.ContainsKey(name))
                    throw new ArgumentException($"metric {family.Name}: the series name {name} is taken already");
            }

            foreach (var name in family.SeriesNames)
                _byName.Add(name, family);
            _families = [.. _families, family];
        }

        return family;
    }
}
