using System.Collections.Concurrent;

namespace Canario.Telemetry.Metrics;

/// <summary>A family whose children are of one kind.</summary>
/// <typeparam name="TChild">What <see cref="WithLabels"/> answers; hold on to it where updates are frequent.</typeparam>
public abstract class MetricFamily<TChild> : MetricFamily where TChild : MetricChild
{
    private readonly ConcurrentDictionary<string[], TChild> _children = new(LabelValuesComparer.Instance);

    private protected MetricFamily(string name, string help, string type, string[] labelNames)
        : base(name, help, type, labelNames)
    {
    }

    /// <summary>The child of these values, in the order of the label names; created at zero when new.</summary>
    /// <exception cref="ArgumentException">The number of values is not the number of label names.</exception>
    public TChild WithLabels(params string[] values)
    {
        Require(values);
        if (_children.TryGetValue(values, out var child))
            return child;
        // A copy: the caller may write to its array later.
        string[] key = [.. values];
        return _children.GetOrAdd(key, static (k, self) => self.CreateChild(TextFormatWriter.BuildLabels(self.LabelNames, k)), this);
    }

    /// <summary>Ends the series. Updates through a handle to it are lost.</summary>
    public bool Remove(params string[] values)
    {
        Require(values);
        return _children.TryRemove(values, out _);
    }

    private protected abstract TChild CreateChild(byte[] labels);

    private protected override void WriteSeries(ref TextFormatWriter writer)
    {
        foreach (var (_, child) in _children)
            child.Write(ref writer);
    }

    private void Require(string[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Length != LabelNames.Count)
            throw new ArgumentException($"metric {Name} has {LabelNames.Count} labels ({string.Join(", ", LabelNames)}), got {values.Length} values");
    }
}
