namespace Canario.Rollouts.Tests;

public sealed class OutageTests
{
    [Fact]
    public void An_outage_from_before_a_step_began_anew_does_not_put_its_deadline_off()
    {
        var cluster = TimelineTests.WithStable(Plans.Canary(Plans.Two, Plans.Errors)).Until(state => state is { StepIndex: 0, StepStartedAt: not null });
        cluster.Measurements["errors"] = new ProviderError("Connection refused.");
        cluster.For(120);
        cluster.ReadyAtMost[Plans.Two] = 0;
        cluster.For(2);
        Assert.Null(cluster.State.StepStartedAt);

        cluster.ReadyAtMost.Clear();
        cluster.Measurements["errors"] = NoData.Instance;
        cluster.Until(state => state.StepStartedAt is not null);
        var began = cluster.Now;
        cluster.Until(RolloutPhase.Paused);
        // Until the first look at it, nobody knew that measuring works again.
        Assert.InRange(cluster.Now - began, cluster.Plan.Steps[0].Hold.Deadline, cluster.Plan.Steps[0].Hold.Deadline + TimeSpan.FromSeconds(5));
    }
}
