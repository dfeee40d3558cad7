namespace Canario.Rollouts.Tests;

/// <summary>A candidate whose pods come and go without ever crashing: each loss begins the step anew, but the time without capacity adds up.</summary>
public sealed class FlappingTests
{
    [Theory]
    [InlineData(2, 4)]
    [InlineData(1, 5)]
    [InlineData(20, 1)]
    public void It_is_rejected_when_the_time_without_its_capacity_adds_up_to_the_deadline(int ticksLacking, int ticksWell)
    {
        var cluster = InSecondStep();
        var began = cluster.Now;
        while (cluster.State.Phase != RolloutPhase.RolledBack && cluster.Now - began < TimeSpan.FromHours(1))
        {
            cluster.ReadyAtMost[Plans.Two] = 1;
            cluster.For(ticksLacking);
            cluster.ReadyAtMost.Clear();
            cluster.For(ticksWell);
        }

        var rejected = Assert.Single(cluster.State.Rejected);
        Assert.Equal((RolloutPhase.RolledBack, RolloutReasons.ProgressDeadlineExceeded), (cluster.State.Phase, rejected.Reason));
        Assert.Contains("In this step it went without them for 00:0", rejected.Message, StringComparison.Ordinal);
        Assert.Matches("and lost them (once|[0-9]+ times)\\.$", rejected.Message);
    }

    [Fact]
    public void Losses_too_short_to_be_measured_count_as_well()
    {
        var cluster = InSecondStep();
        for (var loss = 0; loss < 50 && cluster.State.Phase != RolloutPhase.RolledBack; loss++)
        {
            cluster.ReadyAtMost[Plans.Two] = 1;
            cluster.Tick(TimeSpan.Zero);
            cluster.ReadyAtMost.Clear();
            cluster.Tick(TimeSpan.Zero);
            cluster.Tick(TimeSpan.FromSeconds(20));
        }

        Assert.EndsWith("and lost them 13 times.", Assert.Single(cluster.State.Rejected).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_few_short_losses_are_borne_and_the_next_step_begins_with_none()
    {
        var cluster = InSecondStep();
        for (var loss = 0; loss < 3; loss++)
        {
            cluster.ReadyAtMost[Plans.Two] = 1;
            cluster.For(4);
            cluster.ReadyAtMost.Clear();
            cluster.For(2);
        }

        Assert.True(cluster.State.CapacityMissingFor >= TimeSpan.FromMinutes(1));
        cluster.Until(RolloutPhase.Baking);
        Assert.Equal((TimeSpan.Zero, 0), (cluster.State.CapacityMissingFor, cluster.State.CapacityLosses));
        cluster.Until(RolloutPhase.Healthy);
        Assert.Equal(Plans.Two, cluster.State.StableRevision);
    }

    [Fact]
    public void A_pause_by_hand_and_an_outage_of_the_metrics_are_no_lack_of_capacity()
    {
        var cluster = InSecondStep();
        var before = cluster.State.CapacityMissingFor;
        cluster.Measurements["errors"] = new ProviderError("Connection refused.");
        cluster.For(720);
        Assert.Equal((before, 0), (cluster.State.CapacityMissingFor, cluster.State.CapacityLosses));

        cluster.Measurements["errors"] = Plans.Good;
        cluster.Command = new RolloutCommand(CommandAction.Pause, Plans.Two, "1");
        cluster.Tick();
        cluster.ReadyAtMost[Plans.Two] = 1;
        cluster.For(720);
        Assert.Equal(1, cluster.State.StepIndex);
        Assert.Empty(cluster.State.Rejected);

        cluster.ReadyAtMost.Clear();
        cluster.Command = new RolloutCommand(CommandAction.Resume, Plans.Two, "2");
        cluster.Until(RolloutPhase.Healthy);
        Assert.Equal(Plans.Two, cluster.State.StableRevision);
    }

    static SimulatedCluster InSecondStep() =>
        TimelineTests.WithStable(Plans.Canary(Plans.Two, Plans.Errors)).Until(state => state is { StepIndex: 1, StepStartedAt: not null });
}
