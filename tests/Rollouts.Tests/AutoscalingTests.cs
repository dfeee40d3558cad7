namespace Canario.Rollouts.Tests;

/// <summary>What a side needs before traffic comes when an autoscaler, and not spec, says how many pods there are.</summary>
public sealed class AutoscalingTests
{
    static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    static RolloutPlan Plan => Plans.Canary(Plans.Two) with { Replicas = 2, Autoscaling = new ReplicaRange(2, 12) };

    /// <summary>Stable's autoscaler has made 7 of the least 2.</summary>
    [Theory]
    [InlineData(10, 1)]
    [InlineData(50, 4)]
    [InlineData(80, 6)]
    [InlineData(100, 7)]
    public void A_candidate_needs_its_share_of_what_stable_has_now(int weight, int expected)
    {
        var plan = Plan with { Steps = [new RolloutStep { Weight = weight, CandidateCapacityPercent = weight }] };
        var begun = Decide(plan, Healthy, Sides(7, 7));

        Assert.Equal((7, 7, expected), (begun.Replicas, begun.StableReplicas, begun.CandidateReplicas));
        Assert.Equal(0, Decide(plan, begun, Sides(7, 7, expected, expected - 1)).Weight);
        Assert.Equal(weight, Decide(plan, begun, Sides(7, 7, expected, expected)).Weight);
    }

    /// <summary>In force at half of the traffic, with the least at 7 and 4: what a side has beyond that, its autoscaler asks for.</summary>
    [Theory]
    // Both at what they were given: that says nothing of the load.
    [InlineData(50, 7, 4, 7)]
    // Stable was kept at all of it, and needs more for half of it.
    [InlineData(50, 8, 4, 12)]
    [InlineData(50, 7, 5, 10)]
    // What loads a model looks like load; at a small share it would be read as a multiple of everything.
    [InlineData(10, 7, 6, 7)]
    [InlineData(10, 8, 4, 9)]
    [InlineData(90, 9, 7, 9)]
    [InlineData(25, 7, 5, 12)]
    public void What_a_side_has_beyond_its_least_tells_what_all_traffic_needs(int weight, int stable, int candidate, int expected)
    {
        var plan = Plan with { Steps = [new RolloutStep { Weight = weight, CandidateCapacityPercent = weight, Hold = new StepHold { Manual = true } }] };
        var state = InForce(weight, stableReplicas: 7, candidateReplicas: 4);

        var next = Decide(plan, state, Sides(stable, stable, candidate, candidate));

        Assert.Equal((expected, expected), (next.Replicas, next.StableReplicas));
        Assert.Equal((weight, state.StepStartedAt), (next.Weight, next.StepStartedAt));
        Assert.True(next.CandidateReplicas >= candidate, "the candidate keeps what it has");
        Assert.Equal(next, Decide(plan, next, Sides(stable, stable, candidate, candidate)));
    }

    [Fact]
    public void Load_that_grows_in_a_step_takes_no_traffic_from_a_candidate_whose_pods_still_start()
    {
        var plan = Plan with { Steps = [new RolloutStep { Weight = 50, CandidateCapacityPercent = 50, Hold = new StepHold { Manual = true } }] };
        var state = InForce(50, stableReplicas: 7, candidateReplicas: 4);

        var grown = Decide(plan, state, Sides(9, 7, 6, 4));
        var lost = Decide(plan, grown, Sides(12, 12, 6, 3));

        Assert.Equal((12, 50, state.StepStartedAt), (grown.Replicas, grown.Weight, grown.StepStartedAt));
        // What is lost then is lost of what the load needs now: three of six bear half of the half.
        Assert.Equal((25, null), (lost.Weight, lost.StepStartedAt));
    }

    [Fact]
    public void The_next_step_waits_for_its_share_of_the_load_that_has_come_meanwhile()
    {
        var plan = Plan with { Steps = [new RolloutStep { Weight = 50, CandidateCapacityPercent = 50 }], Bake = TimeSpan.FromMinutes(1) };
        var next = Decide(plan, InForce(50, stableReplicas: 7, candidateReplicas: 4), Sides(7, 7, 5, 5));

        Assert.Equal((RolloutPhase.Baking, 50, 10, 10), (next.Phase, next.Weight, next.StableReplicas, next.CandidateReplicas));
    }

    [Theory]
    [InlineData(5, 12)]
    [InlineData(3, 11)]
    public void The_bounds_of_spec_are_kept(int min, int max)
    {
        var plan = Plan with { Replicas = min, Autoscaling = new ReplicaRange(min, max) };

        Assert.Equal(min, Decide(plan, Healthy, Sides(1, 1)).Replicas);
        Assert.Equal(max, Decide(plan, Healthy, Sides(40, 40)).Replicas);
    }

    [Fact]
    public void At_rest_the_autoscaler_is_free_above_the_least()
    {
        var next = Decide(Plan with { Revision = Plans.One }, Healthy, Sides(7, 7));

        Assert.Equal((2, 2), (next.Replicas, next.StableReplicas));
    }

    [Fact]
    public void A_rollout_follows_the_load_and_its_end_is_held_until_the_autoscaler_has_seen_it()
    {
        var cluster = WithLoad(Plans.Canary(Plans.Two, Plans.Errors));
        cluster.Until(state => state is { StepIndex: 1, StepStartedAt: not null })
            .Do("twice the requests", world => world.Load = 14)
            .Until(state => state is { Phase: RolloutPhase.Baking, StepStartedAt: not null })
            .Do("12 % of the candidate's requests fail", world => world.Measurements["errors"] = Plans.Bad)
            .Until(RolloutPhase.RolledBack)
            .Do("few are left of the requests", world => world.Load = 1)
            .For(62);

        TimelineTests.Check("autoscaled", cluster);
    }

    [Fact]
    public void Recreate_brings_back_as_many_as_there_were()
    {
        var cluster = WithLoad(Plans.Recreate(Plans.Two, Plans.Errors));
        cluster.Until(state => state is { Phase: RolloutPhase.Baking, StepStartedAt: not null })
            .Do("12 % of the candidate's requests fail", world => world.Measurements["errors"] = Plans.Bad)
            .Until(RolloutPhase.RolledBack);

        TimelineTests.Check("autoscaled-recreate", cluster);
    }

    /// <summary>The first revision serves what 7 replicas are needed for, and the plan has just been applied.</summary>
    static SimulatedCluster WithLoad(RolloutPlan plan)
    {
        plan = plan with { Replicas = 2, Autoscaling = new ReplicaRange(2, 20) };
        var cluster = new SimulatedCluster(plan with { Revision = Plans.One }) { Load = 7 };
        cluster.Measurements["errors"] = Plans.Good;
        return cluster.Until(RolloutPhase.Healthy).For(1).Do($"spec asks for {plan.Revision}", world => world.Plan = plan);
    }

    static RolloutState Healthy => new() { Phase = RolloutPhase.Healthy, StableRevision = Plans.One, Served = [Plans.One], StableReplicas = 2, Replicas = 2 };

    static RolloutState InForce(int weight, int stableReplicas, int candidateReplicas) => Healthy with
    {
        Phase = RolloutPhase.Progressing,
        CandidateRevision = Plans.Two,
        Weight = weight,
        Replicas = 7,
        StableReplicas = stableReplicas,
        CandidateReplicas = candidateReplicas,
        StepEnteredAt = Now.AddMinutes(-2),
        StepStartedAt = Now.AddMinutes(-1),
        StepCapacity = 7,
        Attempt = 1,
    };

    static RevisionObservation[] Sides(int stable, int stableReady, int candidate = 0, int candidateReady = 0) =>
    [
        new() { Revision = Plans.One, Desired = stable, Ready = stableReady, Pods = stable },
        new() { Revision = Plans.Two, Desired = candidate, Ready = candidateReady, Pods = candidate },
    ];

    static RolloutState Decide(RolloutPlan plan, RolloutState state, RevisionObservation[] sides) =>
        RolloutMachine.Decide(plan, state, new Observation { Revisions = sides, TrafficInForce = RolloutMachine.World(plan, state).Split }, Now).Next;
}
