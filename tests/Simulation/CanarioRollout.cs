using Canario.Rollouts;

namespace Canario.Simulation;

/// <summary>One rollout by the real machine, looked at when the machine says so, on what the operator would have read by then.</summary>
sealed class CanarioRollout
{
    static readonly TimeSpan ReadEvery = TimeSpan.FromSeconds(5);

    readonly Scenario scenario;
    readonly TrafficSource traffic;
    readonly SimulatedCluster cluster;
    readonly Dictionary<DateTimeOffset, (RateCounts Candidate, RateCounts Stable)> readAt = [];
    (RateCounts Candidate, RateCounts Stable) read = (RateCounts.None, RateCounts.None);
    TimeSpan untilRead;
    DateTimeOffset? firstTraffic;
    bool withoutSamples;

    public CanarioRollout(RolloutPlan plan, Scenario scenario, SplitMix random)
    {
        this.scenario = scenario;
        traffic = new TrafficSource(scenario, random);
        cluster = new SimulatedCluster(plan with { Revision = "stable" }) { WritesTimeline = false };
        cluster.Until(RolloutPhase.Healthy);
        cluster.Plan = plan;
        untilRead = ReadEvery * random.NextUnit();
    }

    TimeSpan Elapsed => firstTraffic is { } first ? cluster.Now - first : TimeSpan.Zero;

    public Outcome ToEnd()
    {
        for (var decision = cluster.Tick(); Elapsed < Contestants.Longest; decision = Look(decision.CheckAgainIn!.Value))
        {
            if (decision.Next.IsTerminal)
            {
                return End(decision.Next.Phase == RolloutPhase.Healthy ? Ending.Promoted : Ending.RolledBack);
            }
        }

        return End(Ending.Held);
    }

    Outcome End(Ending ending) => new(ending, Elapsed, traffic.Candidate.Total, traffic.Candidate.Bad, withoutSamples);

    Decision Look(TimeSpan after)
    {
        Pass(after);
        var requests = RolloutMachine.Measures(cluster.Plan, cluster.State);
        cluster.Measurements.Clear();
        foreach (var request in requests)
        {
            cluster.Measurements[request.Gate.Name] = Measure(request, after);
        }

        var before = cluster.State;
        var decision = cluster.Tick(after);
        readAt[cluster.Now] = read;
        if (firstTraffic is null && cluster.World.Revisions.Any(revision => revision is { IsCandidate: true, Weight: > 0 }))
        {
            firstTraffic = cluster.Now;
        }

        withoutSamples |= HasGoneOn(before, decision.Next) && (requests.Count == 0 || Window(requests[0]).Candidate.Total < Contestants.MinSamples);
        return decision;
    }

    static bool HasGoneOn(RolloutState before, RolloutState after) =>
        before.StepStartedAt is not null && (after.StepIndex > before.StepIndex || after.StableRevision != before.StableRevision);

    /// <summary>Traffic under the split in force, and the readings that fall into it.</summary>
    void Pass(TimeSpan time)
    {
        var weight = cluster.InForce?.Shares.FirstOrDefault(share => share.Revision == cluster.State.CandidateRevision)?.Weight ?? 0;
        while (untilRead <= time)
        {
            traffic.Pass(untilRead, weight);
            time -= untilRead;
            read = (traffic.Candidate, traffic.Stable);
            untilRead = ReadEvery;
        }

        traffic.Pass(time, weight);
        untilRead -= time;
    }

    Measurement Measure(MeasureRequest request, TimeSpan after)
    {
        if (scenario.IsOut(Elapsed + after))
        {
            return new ProviderError("The metric source does not answer.");
        }

        var (candidate, stable) = Window(request);
        return candidate.Total == 0 ? NoData.Instance : new RateMeasurement(candidate, stable, request.Concurrent);
    }

    /// <summary>As the operator counts: from the last reading before the window to the last one in it. Before the rollout nothing was read.</summary>
    (RateCounts Candidate, RateCounts Stable) Window(MeasureRequest request)
    {
        var none = (Candidate: RateCounts.None, Stable: RateCounts.None);
        var from = readAt.GetValueOrDefault(request.CandidateFrom, none);
        var stableFrom = readAt.GetValueOrDefault(request.StableFrom, none);
        var stableUntil = request.StableUntil is { } until ? readAt.GetValueOrDefault(until, read) : read;
        return (Minus(read.Candidate, from.Candidate), Minus(stableUntil.Stable, stableFrom.Stable));
    }

    static RateCounts Minus(RateCounts a, RateCounts b) => new(a.Total - b.Total, a.Bad - b.Bad);
}
