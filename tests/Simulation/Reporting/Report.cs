using System.Globalization;
using System.Text;
using Canario.Rollouts;

namespace Canario.Simulation;

/// <summary>docs/decision-quality.md.</summary>
static class Report
{
    public static string Build(IReadOnlyList<Tally> tallies, IReadOnlyList<Requirement> requirements, int rollouts, ulong seed)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            # Decision quality, simulated

            How often is a good version taken back, how often a bad one let through, and how many users meet it before? `make simulate` answers for Canario, and for Argo Rollouts and Flagger beside it,
            with {tallies.Sum(tally => tally.Rollouts):N0} simulated rollouts ({rollouts} a cell, {2 * rollouts} without an effect; seed {seed}), and writes this page. Everything below is its output.

            Canario's rollouts run through the real `RolloutMachine` and the real gates of `src/Rollouts`, looked at whenever the machine says so (every 10 s, in between until routers have acknowledged). Simulated are
            the pods, the routers, the clock and the requests: they come independently of each other, and each is bad with its side's probability. **That is the world that the statistics assume**; requests that fail in
            bursts carry less evidence than their number says, and any rule takes more good versions back then.

            ## Who is compared

            | | rule | where it comes from |
            | --- | --- | --- |
            | Canario | `max: 0.01, maxRatioToStable: 1.5`; default steps 10, 25, 50 % for a minute each, bake 5 min, `minSamples` 100, α 0.01, source `Direct` | the gate of [rollouts.md](rollouts.md#strategies); Canario has no gates of its own accord |
            | Canario, relative | `maxRatioToStable: 1.5` alone: says nothing of how good the service is | the same |
            | Argo Rollouts | 20, 40, 60, 80 % for 10 min each; from 40 % on every 5 min a measurement: success ≥ 95 % by `irate` over 5 min; 4 failures, or 5 errors in a row (tried again after 10 s), abort | `docs/features/analysis.md`, first example; `analysis/analysis.go`, `utils/evaluate/evaluate.go`; commit 9f8d111d (2026-08-17) |
            | Flagger | 5 to 50 % in steps of 5, a check a minute: success ≥ 99 %, 99th percentile ≤ 500 ms, over 1 min; 10 failed checks, good ones between them or not, roll back | `docs/gitbook/usage/how-it-works.md`, first example; `pkg/controller/scheduler.go`, `scheduler_metrics.go`; commit 15bd6ad5 (2026-07-21) |

            Neither competitor has default thresholds in its code: a metric's condition is the user's to write, so the parameters are those of the first complete example in each one's documents. No values and NaN: Argo Rollouts takes
            an empty result for an error and NaN for a failure, Flagger both for a failed check. Not to be known from their sources, and chosen: Prometheus scrapes every 15 s for Argo Rollouts (Flagger's own chart says 5 s), and Argo's
            query reads the candidate alone. Argo Rollouts' documents have no rule on the share of slow requests, so it takes no part there.

            """);
        Verdicts(text, requirements);
        text.Append(CultureInfo.InvariantCulture, $"""

            ## False rollbacks

            ![Good versions rolled back](images/decision-quality-false-rollbacks.svg)

            The service has 1 % errors, before and after. Flagger's 99 % is then a coin toss at every check, which ten failures in all turn into a rollback; where the candidate gets less than a request a minute both competitors take
            NaN for a failure.
            Canario's `max: 0.01` is as tight, and costs time instead: the step waits until the candidate's share is within the bound, and is surely beyond it in less than 1 % of rollouts. Some are still held after
            {Contestants.Longest.TotalHours:0} h: **a bound that is exactly what the service does is not a good bound**; the relative one needs no such knowledge.

            """);
        Tables.Write(text, tallies.Where(tally => tally.Scenario is { HasEffect: false, OutageFrom: null, RequestsPerSecond: > 0 }));
        text.Append("""

            ## Large regressions

            ![Bad requests until a large regression is taken back](images/decision-quality-exposed.svg)

            ![Large regressions promoted](images/decision-quality-missed.svg)

            Bad requests are the candidate's until it has no traffic any more; of a bad version that is promoted only those until then. A bar is a mean over all rollouts. At 0.1 requests a second **no rule of the competitors
            tells a large regression from none** (compare the shares of rollbacks with those above): they end such a rollout early, either way, and so let fewer bad requests through than Canario does before the end; half of that would be
            fewer than any sound rule can do with (the dashed line). That is not counted as finding, and not compared. Canario waits for its hundred samples and for evidence, which at six requests a minute takes hours, and promotes
            none. Its relative rule has to learn stable's share as well, and needs about twice the bad requests: against Flagger at 2 requests a second that is not half.

            """);
        Tables.Write(text, tallies.Where(tally => tally.Scenario.CandidateShare == Scenarios.Large));
        text.Append("""

            ## Small and medium regressions

            An increase by a fifth is beyond `max: 0.01` and far below `maxRatioToStable: 1.5`; a doubling is beyond both. A step is left as soon as what was measured is within the bound, on at least `minSamples`; that few samples
            may be so by chance is how the relative rule lets some doublings through at 2 requests a second. More `minSamples` is the remedy.

            """);
        Tables.Write(text, tallies.Where(tally => tally.Scenario is { HasEffect: true, CandidateShare: < Scenarios.Large }));
        text.Append("""

            ## No traffic, and metrics that are gone

            Nobody calls the model; or the metric source does not answer from the fifth to the twenty-fifth minute of a good version's rollout at 50 requests a second.

            """);
        Tables.Write(text, tallies.Where(tally => tally.Scenario.RequestsPerSecond == 0 || tally.Scenario.OutageFrom is not null));
        text.Append("""

            ## What the columns say

            **rolled back** with its exact 95 % interval; **promoted**; **held**: neither within 8 hours. **bad exposed**: mean number of bad requests that the candidate answered. **median time** from the candidate's first request to
            the decision, whichever. **on < 100**: promotions in which a step was left, or the rollout ended, on fewer than 100 requests to the candidate since the step before.

            The one-sided test behind `max` and `maxRatioToStable` mixes over what lies above the bound around four times its odds. It was Jeffreys' density before this page existed, and took a fifth more bad requests for the same α;
            see `SequentialProportion`.

            """);
        return text.ToString();
    }

    static void Verdicts(StringBuilder text, IReadOnlyList<Requirement> requirements)
    {
        text.Append("\n## What must hold\n\nThe command fails when one of these does not; a smaller run is among the tests.\n\n| | holds | figures |\n| --- | --- | --- |\n");
        foreach (var requirement in requirements)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {requirement.What} | {(requirement.Holds ? "yes" : "**no**")} | {requirement.Figures} |\n");
        }
    }
}
