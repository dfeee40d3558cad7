using static Canario.Rollouts.Tests.TimelineTests;

namespace Canario.Rollouts.Tests;

/// <summary>Earlier revisions that come back at a command. See <see cref="TimelineTests"/>.</summary>
public sealed class UndoTimelineTests
{
    [Fact]
    public void An_undo_brings_an_earlier_revision_back_at_once_and_the_same_spec_changes_nothing() => Check(
        "undo",
        WithStable(Plans.Canary(Plans.Two, Plans.Errors))
            .Until(RolloutPhase.Healthy)
            .Do("spec asks for churn-3", world => world.Plan = Plans.Canary(Plans.Three, Plans.Errors))
            .Until(RolloutPhase.Progressing)
            .Until(RolloutPhase.Healthy)
            .Do("undo to churn-9, which never was", world => world.Command = new RolloutCommand(CommandAction.Undo, "churn-9", "n1"))
            .For(1)
            .Do("undo to churn-1, whose pods start slowly", world =>
            {
                world.ReadyAtMost[Plans.One] = 3;
                world.Command = new RolloutCommand(CommandAction.Undo, Plans.One, "n2");
            })
            .For(4)
            .Do("the last one is ready", world => world.ReadyAtMost.Clear())
            .Until(RolloutPhase.RolledBack)
            .Do("the same manifest is applied again, for ten minutes", _ => { })
            .For(120)
            .Do("retry", world => world.Command = new RolloutCommand(CommandAction.Retry, Plans.Three, "n3"))
            .Until(RolloutPhase.Healthy));

    [Fact]
    public void An_undo_in_the_middle_of_a_rollout_takes_the_candidate_back_first() => Check(
        "undo-mid-rollout",
        WithStable(Plans.Canary(Plans.Two, Plans.Errors))
            .Until(RolloutPhase.Healthy)
            .Do("spec asks for churn-3", world => world.Plan = Plans.Canary(Plans.Three, Plans.Errors))
            .Until(state => state is { StepIndex: 1, StepStartedAt: not null })
            .Do("undo to churn-1, whose pods crash", world =>
            {
                world.Failures[Plans.One] = new PodFailure("CrashLoopBackOff", "exit 12");
                world.Command = new RolloutCommand(CommandAction.Undo, Plans.One, "n1");
            })
            .Until(RolloutPhase.RolledBack)
            .Do("undo to churn-1 again", world => world.Command = new RolloutCommand(CommandAction.Undo, Plans.One, "n2"))
            .For(2));

    [Fact]
    public void Where_nothing_may_run_twice_an_undo_stops_what_serves_first() => Check(
        "undo-recreate",
        WithStable(Plans.Recreate(Plans.Two, Plans.Errors))
            .Until(RolloutPhase.Healthy)
            .Do("undo to churn-1; the pods of churn-2 take their time to end", world =>
            {
                world.Ending[Plans.Two] = 1;
                world.Command = new RolloutCommand(CommandAction.Undo, Plans.One, "n1");
            })
            .For(3)
            .Do("they are gone", world => world.Ending.Clear())
            .Until(RolloutPhase.RolledBack)
            .Do("spec asks for churn-1 itself", world => world.Plan = Plans.Recreate(Plans.One, Plans.Errors))
            .Until(RolloutPhase.Healthy));
}
