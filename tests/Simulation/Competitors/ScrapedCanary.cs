using Canario.Rollouts;

namespace Canario.Simulation;

/// <summary>The candidate's requests as a mesh's Prometheus sees them: a series of the good ones and a series of the bad ones, scraped every so often.</summary>
sealed class ScrapedCanary(Scenario scenario, TimeSpan every, SplitMix random)
{
    readonly TrafficSource traffic = new(scenario, random);
    readonly ScrapedCounter good = new();
    readonly ScrapedCounter bad = new();
    TimeSpan now;
    TimeSpan untilScrape = every * random.NextUnit();

    public TimeSpan Now => now;

    public long Requests => traffic.Candidate.Total;

    public long Bad => traffic.Candidate.Bad;

    public void Pass(TimeSpan time, int weight)
    {
        while (untilScrape <= time)
        {
            traffic.Pass(untilScrape, weight);
            now += untilScrape;
            time -= untilScrape;
            untilScrape = every;
            Scrape();
        }

        traffic.Pass(time, weight);
        now += time;
        untilScrape -= time;
    }

    /// <summary>Share of good requests by rate() over the window: NaN when there were none, null when the query's result is empty.</summary>
    public double? GoodShare(TimeSpan window) => Share(good.Increase(now, window), bad.Increase(now, window));

    /// <summary>The same by irate().</summary>
    public double? LastGoodShare(TimeSpan window) => Share(good.LastIncrease(now, window), bad.LastIncrease(now, window));

    public Outcome End(Ending ending, bool withoutSamples) => new(ending, now, Requests, Bad, withoutSamples);

    void Scrape()
    {
        // A response code has a series from its first request on; a histogram's buckets are all there from the first request of any kind.
        var (total, badOnes) = (traffic.Candidate.Total, traffic.Candidate.Bad);
        var together = scenario.GateType == GateTypes.Latency;
        good.Scrape(now, total - badOnes, together ? total > 0 : total > badOnes);
        bad.Scrape(now, badOnes, together ? total > 0 : badOnes > 0);
    }

    // sum() of no series is an empty vector, and so is a quotient with one; 0/0 is NaN.
    static double? Share(long? good, long? bad) => good is { } some ? (double)some / (some + (bad ?? 0)) : null;
}
