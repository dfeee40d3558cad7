using Canario.Rollouts;

namespace Canario.Simulation;

/// <summary>
/// Argo Rollouts' rules, re-stated from its sources at commit 9f8d111d of 2026-08-17 (after v1.10.0-rc1), with the parameters of the first example in its documents.
/// docs/features/analysis.md, "Background Analysis": weights 20, 40, 60 and 80 for 10 minutes each; analysis from step 2 on (weight 40); a measurement every 5 minutes; success is a share of
/// at least 0.95 by irate() over 5 minutes; failureLimit 3.
/// utils/evaluate/evaluate.go, EvaluateResult: with a success condition alone, whatever is not a success is a failure, so NaN fails; a condition that cannot be evaluated (the first element of nothing) is an error.
/// analysis/analysis.go, assessMetricFailureInconclusiveOrError: failed when failures exceed failureLimit, all of them counted; an error when errors in a row exceed consecutiveErrorLimit,
/// 4 by utils/defaults/defaults.go; DefaultErrorRetryInterval: an error is tried again after 10 s. rollout/analysis.go: a failed or erroneous run aborts. A run that is still going when the steps are over is stopped and counts as successful.
/// Not knowable from it: what Prometheus scrapes, so 15 s; and that its example's query reads the candidate alone, which is taken for granted here, in its favour.
/// </summary>
sealed class ArgoRolloutsContestant : IContestant
{
    const double MinGoodShare = 0.95;
    const int FailureLimit = 3;
    const int ConsecutiveErrorLimit = 4;
    const int StartingStep = 1; // of the weights; of its step list, in which pauses are steps too, it is 2.

    static readonly int[] Weights = [20, 40, 60, 80];
    static readonly TimeSpan Pause = TimeSpan.FromMinutes(10);
    static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);
    static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(10);
    static readonly TimeSpan Window = TimeSpan.FromMinutes(5);
    static readonly TimeSpan ScrapeInterval = TimeSpan.FromSeconds(15);

    public string Name => "Argo Rollouts";

    /// <summary>No document of it has a rule on the share of slow requests.</summary>
    public bool Knows(Scenario scenario) => scenario.GateType == GateTypes.ErrorRate;

    public Outcome Run(Scenario scenario, SplitMix random)
    {
        var canary = new ScrapedCanary(scenario, ScrapeInterval, random);
        var (failed, errors) = (0, 0);
        var withoutSamples = false;
        var measureAt = Pause * StartingStep;
        for (var step = 0; step < Weights.Length; step++)
        {
            var (end, before) = (Pause * (step + 1), canary.Requests);
            while (measureAt < end)
            {
                canary.Pass(measureAt - canary.Now, Weights[step]);
                var share = scenario.IsOut(canary.Now) ? null : canary.LastGoodShare(Window);
                (failed, errors) = share switch
                {
                    null => (failed, errors + 1),
                    >= MinGoodShare => (failed, 0),
                    _ => (failed + 1, 0),
                };
                if (failed > FailureLimit || errors > ConsecutiveErrorLimit)
                {
                    return canary.End(Ending.RolledBack, withoutSamples);
                }

                measureAt += share is null ? RetryInterval : Interval;
            }

            canary.Pass(end - canary.Now, Weights[step]);
            withoutSamples |= canary.Requests - before < Contestants.MinSamples;
        }

        return canary.End(Ending.Promoted, withoutSamples);
    }
}
