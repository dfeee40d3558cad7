namespace Canario.Operator.Metrics;

/// <summary>
/// By how much a counter grew in a window, from its raw samples. PromQL's <c>increase()</c> extrapolates to the window's edges and leaves out
/// what a counter had at its first sample, so it invents and loses requests exactly where a gate needs them: in a canary's first minute.
/// </summary>
static class CounterIncrease
{
    /// <param name="samples">Oldest first; those before the window included, as far as they were asked for.</param>
    /// <param name="from">Start of the window, seconds since the epoch. The last sample at or before it is the base; without one the series was born in the window and counts from 0.</param>
    public static double Of(IReadOnlyList<MetricSample> samples, double from)
    {
        var increase = 0.0;
        var previous = 0.0;
        foreach (var sample in samples)
        {
            if (!double.IsFinite(sample.Value))
                continue;
            if (sample.Time > from)
            {
                // A counter that fell was restarted: all that it has now is new.
                increase += sample.Value < previous ? sample.Value : sample.Value - previous;
            }

            previous = sample.Value;
        }

        return increase;
    }
}
