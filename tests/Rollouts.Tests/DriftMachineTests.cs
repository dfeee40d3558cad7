using Canario.Statistics;

namespace Canario.Rollouts.Tests;

public sealed class DriftMachineTests
{
    const string Revision = "churn-1";
    static readonly DateTimeOffset Start = new(2026, 3, 4, 5, 0, 0, TimeSpan.Zero);
    static readonly DriftPolicy Policy = new() { MinSamples = 100 };
    static readonly long[] Trained = [1000, 1000, 1000, 1000];
    static readonly long[] Same = [500, 510, 495, 495];
    static readonly long[] Shifted = [100, 200, 700, 1000];

    /// <summary>Beyond 0.8 times the bound and below the bound.</summary>
    static readonly long[] AtTheBound = [200, 400, 620, 780];

    DriftState? _state;
    DateTimeOffset _now = Start;

    [Fact]
    public void Drift_is_confirmed_by_consecutive_looks_and_told_once()
    {
        Assert.Equal(DriftVerdict.NoDrift, See(("age", Same)).Next.Verdict);
        Assert.Equal(DriftVerdict.Suspected, See(("age", Shifted)).Next.Verdict);
        Assert.Empty(See(("age", Shifted)).Notices);
        var third = See(("age", Shifted));

        Assert.Equal((DriftVerdict.Drift, GateTypes.FeatureDrift, Start.AddMinutes(2)), (third.Next.Verdict, third.Next.Reason, third.Next.Since));
        var told = Assert.Single(third.Notices);
        Assert.Equal((DriftReasons.Detected, true), (told.Reason, told.Warning));
        Assert.Contains("feature age PSI", told.Message, StringComparison.Ordinal);
        Assert.Contains("(n 2000 and 4000, since 2026-03-04T05:02:00Z)", told.Message, StringComparison.Ordinal);
        Assert.Empty(See(("age", Shifted)).Notices);
    }

    [Fact]
    public void A_single_look_beyond_is_forgotten()
    {
        See(("age", Shifted));
        See(("age", Shifted));
        Assert.Equal(DriftVerdict.NoDrift, See(("age", Same)).Next.Verdict);
        See(("age", Shifted));
        Assert.Equal(DriftVerdict.Suspected, See(("age", Shifted)).Next.Verdict);
    }

    [Fact]
    public void It_ends_by_as_many_looks_well_within_and_not_at_the_bound()
    {
        Confirm();
        Assert.InRange(Policy.Features.Psi!.Value, Psi(AtTheBound), Psi(AtTheBound) / 0.8);
        for (var look = 0; look < 21; look++)
        {
            Assert.Equal(DriftVerdict.Drift, See(("age", look % 2 == 0 ? AtTheBound : Same)).Next.Verdict);
        }

        See(("age", Same));
        Assert.Equal(DriftVerdict.Drift, See(("age", Same)).Next.Verdict);
        var end = See(("age", Same));

        Assert.Equal(DriftVerdict.NoDrift, end.Next.Verdict);
        Assert.Equal((DriftReasons.Ended, false), (Assert.Single(end.Notices).Reason, end.Notices[0].Warning));
        Assert.Null(end.Next.Since);
        Assert.Empty(end.Next.Worst);
    }

    [Fact]
    public void Looks_that_bring_nothing_new_change_nothing()
    {
        See(("age", Same));
        var settled = _state;
        for (var look = 0; look < 50; look++)
        {
            Assert.Same(settled, See(("age", [500 + look, 510, 495 - look % 3, 495])).Next);
        }

        Confirm();
        var drifted = _state;
        for (var look = 0; look < 50; look++)
        {
            Assert.Same(drifted, See(("age", [100 + look % 7, 200, 700 + look, 1000])).Next);
        }

        // Twice as far: that is news, with the old beginning.
        var worse = See(("age", [0, 0, 100, 1900]));
        Assert.NotSame(drifted, worse.Next);
        Assert.Equal((drifted!.Since, drifted.Worst[0].Since), (worse.Next.Since, worse.Next.Worst[0].Since));
        Assert.Empty(worse.Notices);
    }

    [Fact]
    public void Too_few_samples_say_nothing_and_end_nothing()
    {
        Assert.Equal(DriftVerdict.InsufficientData, See(("age", [0, 0, 0, 99])).Next.Verdict);
        Confirm();
        for (var look = 0; look < 10; look++)
        {
            Assert.Equal(DriftVerdict.Drift, See(("age", [10, 10, 10, 10])).Next.Verdict);
            Assert.Equal(DriftVerdict.Drift, See().Next.Verdict);
        }
    }

    [Fact]
    public void What_chance_may_show_is_no_drift_however_large()
    {
        var policy = Policy with { MinSamples = 1, Looks = 1 };
        var few = DriftMachine.Decide(policy, null, Look(("age", [0, 1, 3, 3])), Start);

        Assert.True(few.Findings[0] is { Ratio: < 1 } or { PValue: > 0.001 });
        Assert.Equal(DriftVerdict.NoDrift, few.Next.Verdict);
    }

    [Fact]
    public void Many_features_without_drift_raise_no_alarm()
    {
        // 200 features at 100 samples: some are beyond a naive bound by chance at nearly every look.
        var random = new SplitMix(11);
        var alarms = 0;
        for (var run = 0; run < 50; run++)
        {
            var look = new DriftLook(Revision, [.. Enumerable.Range(0, 200).Select(i => Sample(DriftKind.Feature, $"f{i}", Draw(random, 100)))]);
            alarms += DriftMachine.Decide(Policy with { Looks = 1, Features = new DriftBounds(0.05, 0.05) }, null, look, Start).Next.Verdict == DriftVerdict.Drift ? 1 : 0;
        }

        Assert.InRange(alarms, 0, 2);
    }

    [Fact]
    public void Predictions_that_change_while_inputs_do_not_are_told_so_and_inputs_come_first()
    {
        DriftSample[] outputs = [Sample(DriftKind.Feature, "age", Same), Sample(DriftKind.Prediction, "species", Shifted)];
        DriftSample[] both = [Sample(DriftKind.Feature, "age", Shifted), Sample(DriftKind.Prediction, "species", Shifted)];
        Assert.Equal(GateTypes.PredictionDrift, Repeat(outputs).Reason);
        Assert.Contains("no watched input did (1 of 2 watched): output species", DriftText.Describe(_state!), StringComparison.Ordinal);
        _state = null;

        Assert.Equal(GateTypes.FeatureDrift, Repeat(both).Reason);
    }

    [Fact]
    public void Another_revision_is_judged_anew_and_ends_the_drift_of_the_last()
    {
        Confirm();
        var next = DriftMachine.Decide(Policy, _state, Look(("age", Same)) with { Revision = "churn-2" }, _now);

        Assert.Equal(("churn-2", DriftVerdict.NoDrift), (next.Next.Revision, next.Next.Verdict));
        Assert.Contains("churn-2 serves instead of churn-1", Assert.Single(next.Notices).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_worst_are_kept_and_the_list_is_bounded()
    {
        var shifts = Enumerable.Range(1, 25).Select(i => Sample(DriftKind.Feature, $"f{i:00}", [100, 100, 300, 500 + 40 * i])).ToArray();
        var state = Repeat(shifts);

        Assert.Equal(DriftMachine.MaxWorst, state.Worst.Count);
        Assert.Equal("f25", state.Worst[0].Name);
        Assert.Equal((25, 25), (state.Beyond, state.Watched));
        Assert.Same(state, Repeat(shifts));
    }

    [Fact]
    public void A_name_that_is_ignored_from_now_on_lets_go()
    {
        Confirm();
        var ignoring = Policy with { Ignored = ["age"] };
        var next = DriftMachine.Decide(ignoring, _state, Look(("age", Shifted), ("tenure", Same)), _now).Next;

        Assert.Equal(DriftVerdict.NoDrift, next.Verdict);
    }

    [Fact]
    public void The_distance_bound_alone_suffices()
    {
        var policy = Policy with { Looks = 1, Features = new DriftBounds(null, 0.2) };

        Assert.Equal(DriftVerdict.Drift, DriftMachine.Decide(policy, null, Look(("age", Shifted)), Start).Next.Verdict);
        Assert.Equal(DriftVerdict.NoDrift, DriftMachine.Decide(policy with { Features = new DriftBounds(null, null) }, null, Look(("age", Shifted)), Start).Next.Verdict);
    }

    [Theory]
    [InlineData(1000, 300, DriftVerdict.Drift)]
    [InlineData(1000, 205, DriftVerdict.NoDrift)]
    [InlineData(99, 90, DriftVerdict.InsufficientData)]
    public void Quality_falls_when_it_is_surely_below_its_bound(long total, long wrong, DriftVerdict expected)
    {
        var policy = Policy with { Looks = 1, MinAccuracy = 0.8 };
        var decision = DriftMachine.Decide(policy, null, new DriftLook(Revision, [], new RateCounts(total, wrong)), Start);

        Assert.Equal(expected, decision.Next.Verdict);
        Assert.Equal(expected == DriftVerdict.Drift ? DriftReasons.QualityDrop : expected.ToString(), decision.Next.Reason);
    }

    [Fact]
    public void A_restart_between_any_two_looks_changes_nothing()
    {
        var random = new SplitMix(3);
        DriftState? whole = null, restarted = null;
        for (var look = 0; look < 2000; look++)
        {
            var counts = Draw(random, 300);
            if (look / 40 % 2 == 1)
            {
                counts[3] += random.Next(900);
            }

            var seen = Look(("age", counts), ("tenure", Draw(random, 300)));
            var at = Start.AddMinutes(look);
            whole = DriftMachine.Decide(Policy, whole, seen, at).Next;
            restarted = DriftMachine.Decide(Policy, Stored(restarted), seen, at).Next;
            Assert.Equal(whole, restarted);
        }
    }

    // As JSON has it: new objects all the way down.
    static DriftState? Stored(DriftState? state) => state is null ? null : state with { Worst = [.. state.Worst.Select(name => name with { })] };

    DriftState Repeat(DriftSample[] samples)
    {
        for (var look = 0; look < Policy.Looks; look++)
        {
            See(new DriftLook(Revision, samples));
        }

        return _state!;
    }

    void Confirm()
    {
        for (var look = 0; look < Policy.Looks; look++)
        {
            See(("age", Shifted));
        }

        Assert.Equal(DriftVerdict.Drift, _state!.Verdict);
    }

    DriftDecision See(params (string Name, long[] Counts)[] features) => See(Look(features));

    DriftDecision See(DriftLook look)
    {
        _now += TimeSpan.FromMinutes(1);
        var decision = DriftMachine.Decide(Policy, _state, look, _now);
        _state = decision.Next;
        return decision;
    }

    static DriftLook Look(params (string Name, long[] Counts)[] features) => new(Revision, [.. features.Select(f => Sample(DriftKind.Feature, f.Name, f.Counts))]);

    static DriftSample Sample(DriftKind kind, string name, long[] counts) => new(kind, name, Bins(counts), Bins(Trained));

    static double Psi(long[] counts) => Distributions.Psi(Bins(counts), Bins(Trained)) - Distributions.PsiExpectedByChance(Bins(counts), Bins(Trained));

    static Histogram Bins(long[] counts) => Histogram.FromBins(counts.Select((count, i) => KeyValuePair.Create(i == counts.Length - 1 ? "+Inf" : $"{i}", count)));

    static long[] Draw(SplitMix random, int n)
    {
        var counts = new long[4];
        for (var i = 0; i < n; i++)
        {
            counts[random.Next(4)]++;
        }

        return counts;
    }
}
