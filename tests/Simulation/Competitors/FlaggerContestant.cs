namespace Canario.Simulation;

/// <summary>
/// Flagger's rules, re-stated from its sources at commit 15bd6ad5 of 2026-07-21 (v1.44.0), with the parameters of the first example in its documents.
/// docs/gitbook/usage/how-it-works.md: a round every minute, threshold 10, weights from 5 in steps of 5 to 50, request-success-rate at least 99, request-duration at most 500, both over 1m.
/// pkg/controller/scheduler.go, advanceCanary: the first round only gives the first weight; each later one first rolls back if the failed checks, which a good round does not reset, have reached the threshold,
/// then checks; a failed check keeps the weight and is counted; a good one raises the weight or, at the greatest, promotes.
/// pkg/controller/scheduler_metrics.go, runBuiltinMetricChecks: no values and a provider that does not answer are failed checks, as is a value beyond its range, whose ends belong to it.
/// pkg/metrics/providers/prometheus.go, RunQuery: NaN is no value. pkg/metrics/observers/istio.go: rate() over the metric's interval; the duration is the 99th percentile,
/// which is above 500 ms when more than 1 % of the requests are, 500 being a bucket's bound. Scraped every 5 s, as its own Prometheus does (charts/flagger/templates/prometheus.yaml).
/// </summary>
sealed class FlaggerContestant : IContestant
{
    const double MinGoodShare = 0.99;
    const int Threshold = 10;
    const int StepWeight = 5;
    const int MaxWeight = 50;

    static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    static readonly TimeSpan ScrapeInterval = TimeSpan.FromSeconds(5);

    public string Name => "Flagger";

    /// <summary>Success rate and 99th percentile of durations are one rule: at most 1 % of the requests are bad.</summary>
    public bool Knows(Scenario scenario) => true;

    public Outcome Run(Scenario scenario, SplitMix random)
    {
        var canary = new ScrapedCanary(scenario, ScrapeInterval, random);
        var (failed, weight, withoutSamples, before) = (0, StepWeight, false, 0L);
        while (true)
        {
            canary.Pass(Interval, weight);
            if (failed >= Threshold)
            {
                return canary.End(Ending.RolledBack, withoutSamples);
            }

            var share = scenario.IsOut(canary.Now) ? null : canary.GoodShare(Window);
            if (share is not >= MinGoodShare)
            {
                failed++;
                continue;
            }

            withoutSamples |= canary.Requests - before < Contestants.MinSamples;
            before = canary.Requests;
            if (weight >= MaxWeight)
            {
                return canary.End(Ending.Promoted, withoutSamples);
            }

            weight += StepWeight;
        }
    }
}
