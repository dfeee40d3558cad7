namespace Canario.Rollouts.Tests;

public sealed class StepEstimateTests
{
    static readonly DateTimeOffset s_start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    [InlineData(10, 60, "errors needs 100 samples of the candidate and has 10: about 9 min at the observed rate, after the step's deadline of 00:05:00.")]
    [InlineData(99, 99, "errors needs 100 samples of the candidate and has 99: less than 1 min at the observed rate.")]
    [InlineData(1, 29, "errors needs 100 samples of the candidate and has 1: about 50 min at the observed rate, after the step's deadline of 00:05:00.")]
    [InlineData(1, 3600, "errors needs 100 samples of the candidate and has 1: about 5 days at the observed rate, after the step's deadline of 00:05:00.")]
    [InlineData(1, 180, "errors needs 100 samples of the candidate and has 1: about 5 h at the observed rate, after the step's deadline of 00:05:00.")]
    [InlineData(1, 86400, "errors needs 100 samples of the candidate and has 1: more than 30 days at the observed rate, after the step's deadline of 00:05:00.")]
    [InlineData(0, 60, "errors needs 100 samples of the candidate, and none has come.")]
    public void Samples_still_missing_take_as_long_as_those_that_came(long samples, int elapsedSeconds, string expected) =>
        Assert.EndsWith(expected, Describe(Plans.Errors, Plans.Rates(samples, 0, 9 * samples, 0), elapsedSeconds), StringComparison.Ordinal);

    [Fact]
    public void A_side_that_lacks_samples_is_named()
    {
        var relative = Plans.Errors with { MaxShare = null };
        Assert.Equal("errors needs 100 samples of stable and has 20: about 4 min at the observed rate.", Describe(relative, Plans.Rates(200, 0, 20, 0), 60));
    }

    /// <summary>Truths and confidences are waited for as requests are.</summary>
    [Fact]
    public void Truths_and_confidences_that_are_missing_are_told_too()
    {
        var quality = Plans.Errors with { Type = GateTypes.Quality, Name = "quality", MaxShare = 0.1 };
        Assert.Equal("quality needs 100 samples of the candidate and has 20: about 4 min at the observed rate.", Describe(quality, Plans.Rates(20, 0, 90, 0), 60));
        Assert.StartsWith("If 12 % stays, quality is certain in about ", Describe(quality with { MaxRatioToStable = null }, Plans.Rates(200, 24, 1800, 180), 60), StringComparison.Ordinal);
        var confidence = new GateSpec { Type = GateTypes.Confidence, Name = "confidence", MaxDrop = 0.05 };
        Assert.Equal("confidence needs 100 samples of stable and has 20: about 4 min at the observed rate.", Describe(confidence, new MeanMeasurement(new MeanCounts(200, 180, 0), new MeanCounts(20, 19, 0)), 60));
    }

    [Fact]
    public void A_share_that_may_be_chance_is_certain_when_the_test_s_own_power_says_so()
    {
        var gate = Plans.Errors with { MaxRatioToStable = null, OnFail = OnFail.Rollback };
        // 3 % against a bound of 2 %.
        var text = Describe(gate, Plans.Rates(200, 6, 1800, 18), 60);
        Assert.StartsWith("If 3 % stays, errors is certain in about ", text, StringComparison.Ordinal);
        // What it says is what the gate then does: with as many at the same share it fails, with a tenth fewer it does not.
        var trials = Statistics.SequentialPower.TrialsUntilAbove(0.02, 0.03, gate.Alpha / 3)!.Value;
        Assert.Contains($"about {Math.Ceiling((trials - 200) / 200.0 / 5) * 5:0} min", text, StringComparison.Ordinal);
        Assert.Equal(Verdict.Fail, GateEvaluators.Evaluate(gate, Plans.Rates(trials + 40, (trials + 40) * 3 / 100, 1, 0), gate.Alpha / 3).Verdict);
        Assert.Equal(Verdict.Inconclusive, GateEvaluators.Evaluate(gate, Plans.Rates(trials * 9 / 10, trials * 27 / 1000, 1, 0), gate.Alpha / 3).Verdict);
    }

    [Fact]
    public void A_hold_is_said_by_its_end_so_that_it_does_not_change_while_it_lasts()
    {
        string?[] all = [.. Enumerable.Range(0, 30).Select(second => Describe(Plans.Errors, Plans.Good, second))];
        Assert.All(all, text => Assert.Equal("Held until 2026-01-02T03:04:35Z.", text));
        Assert.Null(Describe(Plans.Errors, Plans.Good, 30));
    }

    [Fact]
    public void A_trickle_of_requests_changes_the_words_only_now_and_then()
    {
        var said = Enumerable.Range(30, 600).Select(second => Describe(Plans.Errors with { MinSamples = 100 }, Plans.Rates(1 + second / 10, 0, 900, 0), second)).ToArray();
        var numbers = said.OfType<string>().Select(text => text[text.IndexOf(':', StringComparison.Ordinal)..]).ToArray();
        Assert.InRange(numbers.Zip(numbers.Skip(1)).Count(pair => pair.First != pair.Second), 5, 30);
    }

    [Fact]
    public void Between_two_looks_what_was_said_stays()
    {
        var (plan, state, facts) = Scene(Plans.Errors, Plans.Rates(10, 0, 90, 0));
        var said = StepEstimate.Describe(plan, state, facts, null, s_start.AddSeconds(60));
        Assert.NotNull(said);
        Assert.Equal(said, StepEstimate.Describe(plan, state, new Observation(), said, s_start.AddSeconds(69)));
        Assert.NotEqual(said, StepEstimate.Describe(plan, state, facts, said, s_start.AddSeconds(600)));
        var promoted = state with { Phase = RolloutPhase.Healthy };
        Assert.Null(StepEstimate.Describe(plan, promoted, new Observation(), said, s_start.AddSeconds(69)));
        // A step without gates is never looked at: only its hold counts, and ends by itself.
        var without = plan with { Steps = [plan.Steps[0] with { Gates = [] }] };
        Assert.Null(StepEstimate.Describe(without, state, new Observation(), "Held until 2026-01-02T03:04:35Z.", s_start.AddSeconds(60)));
    }

    [Theory]
    [InlineData(RolloutReasons.PausedBySpec, false)]
    [InlineData(RolloutReasons.ManualHold, false)]
    [InlineData(RolloutReasons.InsufficientData, true)]
    [InlineData(RolloutReasons.Inconclusive, true)]
    public void What_waits_for_a_person_has_no_estimate_and_what_waits_for_data_has(string pause, bool expected)
    {
        var (plan, state, facts) = Scene(Plans.Errors, Plans.Rates(10, 0, 90, 0));
        state = state with { Phase = RolloutPhase.Paused, PauseReason = pause };
        Assert.Equal(expected, StepEstimate.Describe(plan, state, facts, null, s_start.AddSeconds(60)) is not null);
    }

    [Fact]
    public void Nothing_is_said_from_another_step_s_samples_of_a_dry_run_or_of_a_gate_that_passes_without_data()
    {
        var (plan, state, facts) = Scene(Plans.Errors, Plans.Rates(10, 0, 90, 0));
        Assert.NotNull(StepEstimate.Describe(plan, state, facts, null, s_start.AddSeconds(60)));
        Assert.Null(StepEstimate.Describe(plan, state, facts with { MeasuredFrom = s_start.AddSeconds(-1) }, null, s_start.AddSeconds(60)));
        Assert.Null(StepEstimate.Describe(plan with { SpecError = "replicas" }, state, facts, null, s_start.AddSeconds(60)));
        Assert.Null(StepEstimate.Describe(plan, state with { Undo = new Undo(Plans.One, Plans.Two) }, facts, null, s_start.AddSeconds(60)));
        Assert.Null(StepEstimate.Describe(plan, state with { StepStartedAt = null }, facts, null, s_start.AddSeconds(60)));
        Assert.Null(Describe(Plans.Errors with { DryRun = true }, Plans.Rates(10, 0, 90, 0), 60));
        Assert.Null(Describe(Plans.Errors with { OnInsufficientData = OnInsufficientData.Pass }, Plans.Rates(10, 0, 90, 0), 60));
    }

    static string? Describe(GateSpec gate, Measurement measurement, int elapsedSeconds)
    {
        var (plan, state, facts) = Scene(gate, measurement);
        return StepEstimate.Describe(plan, state, facts, null, s_start.AddSeconds(elapsedSeconds));
    }

    static (RolloutPlan Plan, RolloutState State, Observation Facts) Scene(GateSpec gate, Measurement measurement)
    {
        var plan = Plans.Canary(Plans.Two, gate);
        var state = RolloutState.Initial with
        {
            Phase = RolloutPhase.Progressing,
            StableRevision = Plans.One,
            CandidateRevision = Plans.Two,
            StepStartedAt = s_start,
            Gates = [GateEvaluators.Evaluate(gate, measurement, gate.Alpha / (plan.Steps.Count + 1))],
        };
        return (plan, state, new Observation { MeasuredFrom = s_start, Measurements = new Dictionary<string, Measurement> { [gate.Name] = measurement } });
    }
}
