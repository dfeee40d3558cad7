using static Canario.Rollouts.Tests.TimelineTests;

namespace Canario.Rollouts.Tests;

/// <summary>Shadows and A/B tests, whose steps are there to learn of the candidate. See <see cref="TimelineTests"/>.</summary>
public sealed class LearningTimelineTests
{
    [Fact]
    public void A_shadow_that_agrees_goes_on_as_a_canary() => Check(
        "shadow-canary",
        WithStable(Plans.Shadow(Plans.Two, AfterShadow.Canary, Plans.Agreement, Plans.Errors)).Until(RolloutPhase.Healthy));

    [Fact]
    public void A_shadow_that_disagrees_is_rejected_without_a_user_having_seen_it() => Check(
        "shadow-disagrees",
        WithStable(Plans.Shadow(Plans.Two, AfterShadow.Promote, Plans.Agreement, Plans.Errors))
            .Until(state => state is { StepIndex: 1, StepStartedAt: not null })
            .Do("6 % of its answers differ", world => world.Measurements["agreement"] = Plans.Pairs(1000, 60))
            .Until(RolloutPhase.RolledBack));

    [Fact]
    public void A_shadow_that_is_to_be_dropped_tells_what_was_learnt_and_does_not_start_again() => Check(
        "shadow-dropped",
        WithStable(Plans.Shadow(Plans.Two, AfterShadow.Drop, Plans.Agreement, Plans.Errors))
            .Until(state => state is { StepIndex: 1, StepStartedAt: not null })
            .Do("its pods are gone", world => world.ReadyAtMost[Plans.Two] = 0)
            .For(2)
            .Do("they are back", world => world.ReadyAtMost.Clear())
            .Until(RolloutPhase.Healthy)
            .Do("the same manifest is applied again, for ten minutes", _ => { })
            .For(120)
            .Do("retry", world => world.Command = new RolloutCommand(CommandAction.Retry, Plans.Two, "n1"))
            .Until(RolloutPhase.Progressing)
            .Until(RolloutPhase.Healthy)
            .Do("spec asks for a canary of the same revision", world => world.Plan = Plans.Canary(Plans.Two, Plans.Errors))
            .Until(RolloutPhase.Progressing)
            .Until(RolloutPhase.Healthy));

    [Fact]
    public void A_canary_that_is_to_be_only_a_shadow_gives_its_traffic_back_first() => Check(
        "canary-to-shadow",
        WithStable(Plans.Canary(Plans.Two, Plans.Errors))
            .Until(state => state is { StepIndex: 1, StepStartedAt: not null })
            .Do("the strategy is Shadow now, with drop", world =>
            {
                world.Plan = Plans.Shadow(Plans.Two, AfterShadow.Drop, Plans.Agreement);
                world.Measurements["agreement"] = Plans.Pairs(1000, 5);
            })
            .Until(RolloutPhase.Progressing)
            .Until(RolloutPhase.Healthy));

    [Fact]
    public void A_candidate_that_wins_its_test_is_promoted() => Check(
        "ab-won",
        WithStable(Plans.Ab(Plans.Two, AfterTest.Promote, Plans.Errors))
            .Do("as many fail on either side", world => world.Measurements[AbStrategy.TestGate] = Plans.Even)
            .Until(state => state is { StepStartedAt: not null })
            .For(8)
            .Do("0.2 % of the candidate's fail, 3 % of stable's", world => world.Measurements[AbStrategy.TestGate] = Plans.Won)
            .Until(RolloutPhase.Healthy));

    [Fact]
    public void A_candidate_that_loses_its_test_is_stopped_and_not_tested_again() => Check(
        "ab-lost",
        WithStable(Plans.Ab(Plans.Two, AfterTest.Promote, Plans.Errors))
            .Do("1.5 % of the candidate's fail, 0.2 % of stable's", world => world.Measurements[AbStrategy.TestGate] = Plans.Lost)
            .Until(RolloutPhase.Progressing)
            .Until(RolloutPhase.Healthy)
            .Do("the same manifest is applied again, for ten minutes", _ => { })
            .For(120)
            .Do("spec asks for a canary of the same revision", world => world.Plan = Plans.Canary(Plans.Two, Plans.Errors))
            .Until(RolloutPhase.Progressing));

    [Fact]
    public void A_test_without_a_winner_ends_with_its_time_and_stable_goes_on() => Check(
        "ab-even",
        WithStable(Plans.Ab(Plans.Two, AfterTest.Promote, Plans.Errors))
            .Do("as many fail on either side", world => world.Measurements[AbStrategy.TestGate] = Plans.Even)
            .Until(RolloutPhase.Progressing)
            .Until(RolloutPhase.Healthy));

    [Fact]
    public void A_test_that_only_asks_promotes_nobody() => Check(
        "ab-keep",
        WithStable(Plans.Ab(Plans.Two, AfterTest.Keep, Plans.Errors))
            .Do("0.2 % of the candidate's fail, 3 % of stable's", world => world.Measurements[AbStrategy.TestGate] = Plans.Won)
            .Until(RolloutPhase.Progressing)
            .Until(RolloutPhase.Healthy)
            .Do("retry; now 12 % of the candidate's requests fail", world =>
            {
                world.Measurements["errors"] = Plans.Bad;
                world.Command = new RolloutCommand(CommandAction.Retry, Plans.Two, "n1");
            })
            .Until(RolloutPhase.Progressing)
            .Until(RolloutPhase.RolledBack));
}
