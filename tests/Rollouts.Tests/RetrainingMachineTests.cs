namespace Canario.Rollouts.Tests;

public sealed class RetrainingMachineTests
{
    static readonly DateTimeOffset Start = new(2026, 3, 4, 5, 0, 0, TimeSpan.Zero);
    static readonly RetrainingPolicy Policy = new() { Cooldown = TimeSpan.FromHours(1) };
    static readonly DriftState Drifted = new() { Revision = "churn-1", Verdict = DriftVerdict.Drift, Since = Start.AddMinutes(-15), Worst = [new DriftedName { Kind = DriftKind.Feature, Name = "age", Psi = 0.5, Confirmed = true }] };
    static readonly RetrainingFacts Quiet = new() { Uid = "u", Stable = "churn-1", Asked = "churn-1" };

    readonly List<string> _told = [];
    RetrainingState? _state;
    DateTimeOffset _now = Start;

    [Fact]
    public void Confirmed_drift_begins_one_run_and_its_success_answers_the_drift()
    {
        var run = Decide(Quiet with { Drift = Drifted }).Next.Current!;
        Assert.Equal((RetrainingTrigger.Drift, "churn-1", Drifted, RetrainingPhase.Pending), (run.Trigger, run.Revision, run.Drift, run.Phase));
        Assert.True(RetrainingMachine.IsDue(_state, _now));

        Decide(Quiet with { Drift = Drifted, Attempt = new RetrainingAttempt(run.Id, 0, null) });
        Assert.Equal(RetrainingPhase.Running, _state!.Current!.Phase);
        Decide(Quiet with { Drift = Drifted, Job = new RetrainingJob(run.Id, null, "") });
        Decide(Quiet with { Drift = Drifted, Job = new RetrainingJob(run.Id, true, "done") });
        Assert.Equal((null, RetrainingOutcome.Succeeded), (_state.Current, Assert.Single(_state.History).Outcome));

        // The same drift for a week: it was answered.
        for (var hour = 0; hour < 168; hour++)
        {
            _now += TimeSpan.FromHours(1);
            Assert.Null(Decide(Quiet with { Drift = Drifted }).Next.Current);
        }

        Assert.Equal(["RetrainingStarted", "RetrainingSucceeded"], _told);
        // Another drift, of the same revision or of the next.
        Assert.NotNull(Decide(Quiet with { Drift = Drifted with { Since = _now } }).Next.Current);
    }

    [Fact]
    public void A_run_that_failed_is_tried_again_after_the_cooldown_under_another_id()
    {
        var first = Decide(Quiet with { Drift = Drifted }).Next.Current!.Id;
        Decide(Quiet with { Drift = Drifted, Job = new RetrainingJob(first, false, "BackoffLimitExceeded") });
        Assert.Null(Decide(Quiet with { Drift = Drifted }).Next.Current);
        Assert.Equal(TimeSpan.FromHours(1) - (_now - Start), Decide(Quiet with { Drift = Drifted }, 0).CheckAgainIn);

        _now = Start.AddHours(1);
        var second = Decide(Quiet with { Drift = Drifted }, 0).Next.Current!.Id;

        Assert.NotEqual(first, second);
    }

    [Fact]
    public void Drift_that_is_only_suspected_or_of_another_revision_or_not_asked_about_begins_nothing()
    {
        Assert.Null(Decide(Quiet with { Drift = Drifted with { Verdict = DriftVerdict.Suspected } }).Next.Current);
        Assert.Null(Decide(Quiet with { Drift = Drifted, Stable = "churn-2" }).Next.Current);
        Assert.Null(Decide(Quiet with { Drift = Drifted, Stable = null }).Next.Current);
        Assert.Null(RetrainingMachine.Decide(Policy with { OnDrift = false }, _state, Quiet with { Drift = Drifted }, _now)!.Next.Current);
    }

    [Fact]
    public void A_command_is_handled_once_whatever_the_cooldown_and_refused_while_a_run_is_under_way()
    {
        var drifting = Decide(Quiet with { Drift = Drifted }).Next.Current!;
        Decide(Quiet with { Command = "1" });
        Assert.Equal((drifting.Id, "1"), (_state!.Current!.Id, _state.Command));
        Decide(Quiet with { Command = "1", Job = new RetrainingJob(drifting.Id, true, "") });
        Assert.Null(_state.Current);
        Assert.Null(Decide(Quiet with { Command = "1" }).Next.Current);

        var run = Decide(Quiet with { Command = "2" }).Next.Current!;

        Assert.Equal(RetrainingTrigger.Command, run.Trigger);
        Assert.Equal(["RetrainingStarted", "RetrainingRefused", "RetrainingSucceeded", "RetrainingStarted"], _told);
    }

    [Fact]
    public void A_schedule_counts_from_when_it_was_first_seen_and_missed_times_are_one()
    {
        var hourly = Policy with { Schedule = CronSchedule.Parse("30 * * * *") };
        var first = RetrainingMachine.Decide(hourly, null, Quiet, Start)!;
        Assert.Null(first.Next.Current);
        Assert.Equal(TimeSpan.FromMinutes(30), first.CheckAgainIn);

        // Nobody looks for five hours.
        var late = RetrainingMachine.Decide(hourly, first.Next, Quiet, Start.AddHours(5))!;
        Assert.Equal(RetrainingTrigger.Schedule, late.Next.Current!.Trigger);
        var ended = RetrainingMachine.Decide(hourly, late.Next, Quiet with { Job = new RetrainingJob(late.Next.Current.Id, true, "") }, Start.AddMinutes(306))!;
        Assert.Null(ended.Next.Current);
        Assert.Equal(TimeSpan.FromMinutes(24), ended.CheckAgainIn);

        // Another schedule begins anew.
        Assert.Null(RetrainingMachine.Decide(Policy with { Schedule = CronSchedule.Parse("0 * * * *") }, ended.Next, Quiet, Start.AddHours(9).AddMinutes(5))!.Next.Current);
    }

    [Fact]
    public void A_time_of_the_schedule_within_a_run_is_left_out_and_said()
    {
        var hourly = Policy with { Schedule = CronSchedule.Parse("30 * * * *") };
        var state = RetrainingMachine.Decide(hourly, null, Quiet with { Command = "1" }, Start)!.Next;
        var during = RetrainingMachine.Decide(hourly, state, Quiet with { Command = "1", Job = new RetrainingJob(state.Current!.Id, null, "") }, Start.AddMinutes(31))!;

        Assert.Equal(state.Current.Id, during.Next.Current!.Id);
        Assert.Equal(RetrainingReasons.Refused, Assert.Single(during.Notices).Reason);
    }

    [Fact]
    public void An_event_is_tried_with_growing_pauses_as_often_as_allowed()
    {
        var policy = Policy with { ByEvent = true, MaxAttempts = 3 };
        var state = RetrainingMachine.Decide(policy, null, Quiet with { Command = "1" }, Start)!.Next;
        var now = Start;
        foreach (var expected in (TimeSpan[])[TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20)])
        {
            var failed = Quiet with { Command = "1", Attempt = new RetrainingAttempt(state.Current!.Id, state.Current.Attempts, "answers 503") };
            var next = RetrainingMachine.Decide(policy, state, failed, now)!;
            Assert.Equal(expected, next.CheckAgainIn);
            Assert.False(RetrainingMachine.IsDue(next.Next, now));
            // The same answer again is no other failure.
            Assert.Equal(next.Next, RetrainingMachine.Decide(policy, next.Next, failed, now)!.Next);
            now += expected;
            Assert.True(RetrainingMachine.IsDue(next.Next, now));
            state = next.Next;
        }

        var last = RetrainingMachine.Decide(policy, state, Quiet with { Command = "1", Attempt = new RetrainingAttempt(state.Current!.Id, 2, "answers 503") }, now)!;
        Assert.Equal((null, RetrainingOutcome.Undeliverable), (last.Next.Current, last.Next.History[0].Outcome));
        Assert.True(Assert.Single(last.Notices).Warning);
    }

    [Fact]
    public void A_refusal_that_would_be_the_same_again_ends_the_run_at_once()
    {
        var run = Decide(Quiet with { Command = "1" }).Next.Current!;

        var ended = Decide(Quiet with { Command = "1", Attempt = new RetrainingAttempt(run.Id, 0, "there is no CronJob train", Final: true) });

        Assert.Equal(RetrainingOutcome.Failed, ended.Next.History[0].Outcome);
        Assert.Contains("no CronJob train", ended.Next.History[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_Job_that_went_unseen_is_lost_and_not_made_again()
    {
        var run = Decide(Quiet with { Command = "1" }).Next.Current!;
        Decide(Quiet with { Command = "1", Attempt = new RetrainingAttempt(run.Id, 0, null) });
        Assert.False(RetrainingMachine.IsDue(_state, _now));
        Decide(Quiet with { Command = "1" });
        Assert.NotNull(_state!.Current);

        _now += TimeSpan.FromMinutes(2);
        Decide(Quiet with { Command = "1" });

        Assert.Equal(RetrainingOutcome.Lost, _state.History[0].Outcome);
    }

    [Fact]
    public void The_first_other_revision_under_the_run_s_id_is_its_answer()
    {
        var run = Decide(Quiet with { Command = "1" }).Next.Current!;
        Decide(Quiet with { Command = "1", Job = new RetrainingJob(run.Id, true, "") });
        Assert.Null(Decide(Quiet with { Command = "1", Answers = run.Id }).Next.History[0].AnsweredBy);
        Assert.Null(Decide(Quiet with { Command = "1", Answers = "other", Asked = "churn-2" }).Next.History[0].AnsweredBy);

        var answered = Decide(Quiet with { Command = "1", Answers = run.Id, Asked = "churn-2" });
        Assert.Equal("churn-2", answered.Next.History[0].AnsweredBy);
        Assert.Equal(RetrainingReasons.Answered, Assert.Single(answered.Notices).Reason);

        // A later one under the old annotation is not.
        Assert.Equal("churn-2", Decide(Quiet with { Command = "1", Answers = run.Id, Asked = "churn-3" }).Next.History[0].AnsweredBy);
    }

    [Fact]
    public void A_revision_that_the_Job_asked_for_before_it_ended_answers_it_too()
    {
        var run = Decide(Quiet with { Command = "1" }).Next.Current!;
        Decide(Quiet with { Command = "1", Answers = run.Id, Asked = "churn-2" });

        var ended = Decide(Quiet with { Command = "1", Answers = run.Id, Asked = "churn-2", Job = new RetrainingJob(run.Id, true, "") });

        Assert.Equal("churn-2", ended.Next.History[0].AnsweredBy);
    }

    [Fact]
    public void Taken_out_of_spec_a_pending_run_is_abandoned_and_one_under_way_is_followed()
    {
        var pending = Decide(Quiet with { Command = "1" }).Next;
        Assert.Equal(RetrainingOutcome.Abandoned, RetrainingMachine.Decide(null, pending, Quiet with { Command = "1" }, _now)!.Next.History[0].Outcome);

        var running = Decide(Quiet with { Command = "1", Attempt = new RetrainingAttempt(pending.Current!.Id, 0, null) }).Next;
        Assert.NotNull(RetrainingMachine.Decide(null, running, Quiet with { Command = "1", Job = new RetrainingJob(pending.Current.Id, null, "") }, _now)!.Next.Current);
        Assert.Null(RetrainingMachine.Decide(null, null, Quiet, _now));
    }

    [Fact]
    public void The_history_is_bounded()
    {
        for (var i = 0; i < 25; i++)
        {
            var run = Decide(Quiet with { Command = $"{i}" }).Next.Current!;
            Decide(Quiet with { Command = $"{i}", Job = new RetrainingJob(run.Id, true, $"{i}") });
        }

        Assert.Equal(RetrainingMachine.MaxHistory, _state!.History.Count);
        Assert.Equal("24", _state.History[0].Message);
    }

    /// <summary>A world in which Jobs live, and an operator that is killed before or after any of its writes.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Killed_before_or_after_any_write_each_trigger_makes_one_Job(int seed)
    {
        var random = new SplitMix((ulong)seed);
        var policy = Policy with { Cooldown = TimeSpan.Zero, Schedule = CronSchedule.Parse("*/30 * * * *"), MaxAttempts = 1000 };
        RetrainingState? stored = null;
        var jobs = new Dictionary<string, bool?>(StringComparer.Ordinal);
        var made = new List<string>();
        RetrainingAttempt? attempt = null;
        var (now, drift, command) = (Start, (DriftState?)null, 0);
        for (var step = 0; step < 20_000; step++)
        {
            now += TimeSpan.FromSeconds(random.Next(60));
            switch (random.Next(40))
            {
                case 0: drift = drift is null ? Drifted with { Since = now } : null; break;
                case 1: command++; break;
                case 2 when jobs.Keys.LastOrDefault() is { } last: jobs[last] = random.Next(3) > 0; break;
            }

            var facts = Quiet with { Drift = drift, Command = command == 0 ? null : $"{command}", Attempt = attempt, Job = stored?.Current is { } run && jobs.TryGetValue(run.Id, out var end) ? new RetrainingJob(run.Id, end, "") : null };
            var decision = RetrainingMachine.Decide(policy, stored, facts, now)!;
            Assert.Equal(decision.Next, RetrainingMachine.Decide(policy, stored, facts, now)!.Next);
            Assert.True(decision.Next.Current is null || stored?.Current is null || stored.Current.Id == decision.Next.Current.Id || decision.Next.History[0].Id == stored.Current.Id);
            if (Killed())
            {
                continue;
            }

            stored = decision.Next;
            if (Killed() || !RetrainingMachine.IsDue(stored, now))
            {
                continue;
            }

            var id = stored.Current!.Id;
            if (random.Next(5) == 0)
            {
                attempt = new RetrainingAttempt(id, stored.Current.Attempts, "the API server does not answer");
                continue;
            }

            if (jobs.TryAdd(id, null))
            {
                made.Add(id);
            }

            attempt = Killed() ? null : new RetrainingAttempt(id, stored.Current.Attempts, null);

            bool Killed()
            {
                if (random.Next(4) > 0)
                {
                    return false;
                }

                // All but what is stored goes with the process.
                attempt = null;
                return true;
            }
        }

        Assert.InRange(made.Count, 50, 5000);
        Assert.Equal(made.Count, made.Distinct(StringComparer.Ordinal).Count());
        Assert.DoesNotContain(stored!.History, record => record.Outcome == RetrainingOutcome.Lost);
    }

    RetrainingDecision Decide(RetrainingFacts facts, int seconds = 5)
    {
        _now += TimeSpan.FromSeconds(_state is null ? 0 : seconds);
        var decision = RetrainingMachine.Decide(Policy, _state, facts, _now)!;
        _told.AddRange(decision.Notices.Select(notice => notice.Reason));
        _state = decision.Next;
        return decision;
    }
}
