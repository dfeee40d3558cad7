namespace Canario.Operator.Metrics.Direct;

/// <summary>One series of one pod over time. A counter is kept as the sum of its increases, so that restarts are dealt with as they are seen and samples may be thinned out afterwards.</summary>
sealed class SampledSeries
{
    /// <summary>20 minutes at one every 5 seconds; an older past is kept ever more coarsely.</summary>
    public const int MostSamples = 240;

    private readonly List<MetricSample> _samples = new(2);
    private double _raw;
    private double _total;

    /// <param name="born">When it was 0; null: it is older than the first look at it, and what it had then is nobody's.</param>
    public SampledSeries(IReadOnlyDictionary<string, string> labels, double? born)
    {
        Labels = labels;
        Born = born;
    }

    public IReadOnlyDictionary<string, string> Labels { get; }

    private double? Born { get; }

    /// <param name="time">Seconds since the epoch, later than any before.</param>
    public void Add(double time, double value, bool isGauge)
    {
        if (!double.IsFinite(value))
            return;
        if (isGauge)
        {
            _samples.Clear();
            _samples.Add(new MetricSample(time, value));
            return;
        }

        if (_samples.Count == 0)
        {
            // Where its window's start looks for a base.
            _samples.Add(new MetricSample(Born ?? 0, 0));
            _raw = Born is null ? value : 0;
        }

        _total += value < _raw ? value : value - _raw;
        _raw = value;
        // Nothing happened: one sample at each end of a time without events says all.
        if (_samples.Count > 1 && _samples[^1].Value == _total && _samples[^2].Value == _total)
            _samples.RemoveAt(_samples.Count - 1);
        _samples.Add(new MetricSample(time, _total));
        if (_samples.Count > MostSamples)
            Thin();
    }

    /// <summary>As it is now, up to a time.</summary>
    public MetricSeries Until(double time) => new(Labels, [.. _samples.TakeWhile(s => s.Time <= time)]);

    private void Thin()
    {
        var kept = 1;
        for (var i = 1; i < _samples.Count; i++)
        {
            if (i % 2 == 0 || i >= MostSamples / 2)
                _samples[kept++] = _samples[i];
        }

        _samples.RemoveRange(kept, _samples.Count - kept);
    }
}
