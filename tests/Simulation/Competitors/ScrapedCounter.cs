namespace Canario.Simulation;

/// <summary>
/// One counter as Prometheus holds it: samples at scrapes, none before it exists. What a label set had before its first sample is not seen by rate(), as it is with Prometheus.
/// Extrapolation to the window's ends is left out: all that is asked of it are quotients, in which it cancels.
/// </summary>
sealed class ScrapedCounter
{
    readonly List<(TimeSpan At, long Value)> samples = [];

    public void Scrape(TimeSpan at, long value, bool exists)
    {
        if (exists)
        {
            samples.Add((at, value));
        }
    }

    /// <summary>Increase over the samples in (now − window, now], as rate() counts it; null: fewer than two, which is no series in the result.</summary>
    public long? Increase(TimeSpan now, TimeSpan window)
    {
        var first = samples.Count;
        while (first > 0 && samples[first - 1].At > now - window)
        {
            first--;
        }

        return samples.Count - first < 2 ? null : samples[^1].Value - samples[first].Value;
    }

    /// <summary>Increase between the last two samples in the window, as irate() counts it.</summary>
    public long? LastIncrease(TimeSpan now, TimeSpan window) =>
        samples.Count >= 2 && samples[^2].At > now - window ? samples[^1].Value - samples[^2].Value : null;
}
