using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Canario.Rollouts;

/// <summary>
/// Decides when a model is trained anew. One run at a time; a run's id follows from its trigger alone, so that a kill before or after any write begins the same run again and never another. Its memory is
/// <see cref="RetrainingState"/> and nothing else.
/// </summary>
public static class RetrainingMachine
{
    public const int MaxHistory = 10;

    /// <summary>The Job that was just made may not be seen yet.</summary>
    static readonly TimeSpan Unseen = TimeSpan.FromMinutes(1);

    static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(10);

    /// <param name="policy">Null: spec asks for none.</param>
    /// <param name="before">Null: there never was any.</param>
    public static RetrainingDecision? Decide(RetrainingPolicy? policy, RetrainingState? before, RetrainingFacts facts, DateTimeOffset now)
    {
        if (policy is null && before is null)
        {
            return null;
        }

        var notices = new List<Notice>();
        var state = Anchor(policy, before ?? RetrainingState.Initial, now);
        state = Link(state, facts, notices);
        state = Follow(policy, state, facts, now, notices);
        state = Trigger(policy, state, facts, now, notices);
        return new RetrainingDecision(state, notices, CheckAgainIn(policy, state, facts, now));
    }

    /// <summary>The run is to be begun now.</summary>
    public static bool IsDue(RetrainingState? state, DateTimeOffset now) =>
        state?.Current is { Phase: RetrainingPhase.Pending } run && (run.NextAttemptAt is not { } at || now >= at);

    /// <summary>A schedule counts from when it was first seen: what would have been before is not made up for.</summary>
    static RetrainingState Anchor(RetrainingPolicy? policy, RetrainingState state, DateTimeOffset now) =>
        policy?.Schedule?.Text == state.Schedule ? state : state with { Schedule = policy?.Schedule?.Text, ScheduledFrom = policy?.Schedule is null ? null : now };

    /// <summary>The first revision, other than the one that was to be replaced, that spec asks for under a run's id is its answer.</summary>
    static RetrainingState Link(RetrainingState state, RetrainingFacts facts, List<Notice> notices)
    {
        if (facts is not { Answers: { } id, Asked: { } asked } || state.History.FirstOrDefault(record => record.Id == id) is not { AnsweredBy: null } answered || answered.Revision == asked)
        {
            return state;
        }

        notices.Add(new Notice(RetrainingReasons.Answered, $"{asked} answers retraining {id}."));
        return state with { History = [.. state.History.Select(record => record == answered ? record with { AnsweredBy = asked } : record)] };
    }

    static RetrainingState Follow(RetrainingPolicy? policy, RetrainingState state, RetrainingFacts facts, DateTimeOffset now, List<Notice> notices)
    {
        if (state.Current is not { } run)
        {
            return state;
        }

        if (facts.Job is { } job && job.Id == run.Id)
        {
            return job.Succeeded is { } succeeded
                ? End(state, run, succeeded ? RetrainingOutcome.Succeeded : RetrainingOutcome.Failed, job.Message, facts, now, notices)
                : Current(state, run.Phase == RetrainingPhase.Running ? run : run with { Phase = RetrainingPhase.Running, StartedAt = now, NextAttemptAt = null });
        }

        if (run.Phase == RetrainingPhase.Running)
        {
            return now - (run.StartedAt ?? run.At) > Unseen ? End(state, run, RetrainingOutcome.Lost, "Its Job is gone, and nobody saw its end.", facts, now, notices) : state;
        }

        if (policy is null)
        {
            return End(state, run, RetrainingOutcome.Abandoned, "spec.retraining was taken out.", facts, now, notices);
        }

        if (facts.Attempt is not { } attempt || attempt.Id != run.Id || attempt.Number != run.Attempts)
        {
            return state;
        }

        if (attempt.Error is not { } error)
        {
            return policy.ByEvent
                ? End(state, run, RetrainingOutcome.Delivered, "The event was taken.", facts, now, notices)
                : Current(state, run with { Phase = RetrainingPhase.Running, StartedAt = now, NextAttemptAt = null });
        }

        var attempts = run.Attempts + 1;
        if (attempt.Final || attempts >= policy.MaxAttempts)
        {
            return End(state, run, policy.ByEvent ? RetrainingOutcome.Undeliverable : RetrainingOutcome.Failed, error, facts, now, notices);
        }

        var backoff = Min(policy.Backoff * Math.Pow(2, attempts - 1), LongestBackoff);
        return Current(state, run with { Attempts = attempts, NextAttemptAt = now + backoff });
    }

    static RetrainingState Trigger(RetrainingPolicy? policy, RetrainingState state, RetrainingFacts facts, DateTimeOffset now, List<Notice> notices)
    {
        if (facts.Command is { } command && command != state.Command)
        {
            state = state with { Command = command };
            if (policy is null || state.Current is not null || facts.Stable is null)
            {
                var why = policy is null ? "spec.retraining says nothing" : facts.Stable is null ? "no revision serves yet" : $"retraining {state.Current!.Id} is under way";
                notices.Add(new Notice(RetrainingReasons.Refused, $"Retraining on command {command} is refused: {why}.", Warning: true));
            }
            else
            {
                state = Begin(state, facts, RetrainingTrigger.Command, command, $"Asked for by command {command}.", now, notices);
            }
        }

        if (policy is null || facts.Stable is null)
        {
            return state;
        }

        if (policy.Schedule is { } schedule && state.ScheduledFrom is { } from && schedule.After(from) is { } time && time <= now)
        {
            // Times that passed while nobody looked are one.
            state = state with { ScheduledFrom = now };
            state = state.Current is null
                ? Begin(state, facts, RetrainingTrigger.Schedule, Text(time), $"By schedule {schedule.Text}, due at {Text(time)}.", now, notices)
                : Refuse(state, notices, $"Retraining due at {Text(time)} is left out: retraining {state.Current.Id} is under way.");
        }

        return policy.OnDrift && state.Current is null && facts.Drift is { Verdict: DriftVerdict.Drift } drift && drift.Revision == facts.Stable
            ? TriggerByDrift(policy, state, facts, drift, now, notices)
            : state;
    }

    static RetrainingState TriggerByDrift(RetrainingPolicy policy, RetrainingState state, RetrainingFacts facts, DriftState drift, DateTimeOffset now, List<Notice> notices)
    {
        var episode = $"{drift.Revision}/{Text(drift.Since ?? now)}";
        var runs = state.Episode == episode ? state.EpisodeRuns : 0;
        var last = state.History.Count == 0 ? null : state.History[0];
        // One answer a drift. It is asked for again only where the last one came to nothing.
        var isAnswered = runs > 0 && last is not { Trigger: RetrainingTrigger.Drift, Outcome: RetrainingOutcome.Failed or RetrainingOutcome.Undeliverable or RetrainingOutcome.Lost };
        if (isAnswered || (last is not null && now < last.At + policy.Cooldown))
        {
            return state;
        }

        state = state with { Episode = episode, EpisodeRuns = runs + 1 };
        return Begin(state, facts, RetrainingTrigger.Drift, $"{episode}/{runs + 1}", DriftText.Describe(drift), now, notices);
    }

    static RetrainingState Begin(RetrainingState state, RetrainingFacts facts, RetrainingTrigger trigger, string key, string message, DateTimeOffset now, List<Notice> notices)
    {
        var run = new RetrainingRun
        {
            Id = BuildId(facts.Uid, trigger, key),
            Trigger = trigger,
            Message = message,
            Revision = facts.Stable!,
            At = now,
            Drift = facts.Drift?.Verdict == DriftVerdict.Drift ? facts.Drift : null,
        };
        notices.Add(new Notice(RetrainingReasons.Started, $"Retraining {run.Id} begins. {message}"));
        return state with { Current = run };
    }

    static RetrainingState Refuse(RetrainingState state, List<Notice> notices, string message)
    {
        notices.Add(new Notice(RetrainingReasons.Refused, message, Warning: true));
        return state;
    }

    static RetrainingState End(RetrainingState state, RetrainingRun run, RetrainingOutcome outcome, string message, RetrainingFacts facts, DateTimeOffset now, List<Notice> notices)
    {
        var record = new RetrainingRecord { Id = run.Id, Trigger = run.Trigger, Outcome = outcome, Message = message, Revision = run.Revision, At = run.At, FinishedAt = now };
        notices.Add(new Notice(RetrainingReasons.Ended(outcome), $"Retraining {run.Id}: {message}", outcome is not (RetrainingOutcome.Succeeded or RetrainingOutcome.Delivered)));
        state = state with { Current = null, History = [record, .. state.History.Take(MaxHistory - 1)] };
        // A Job may ask for the new revision itself, before it ends.
        return Link(state, facts, notices);
    }

    static RetrainingState Current(RetrainingState state, RetrainingRun run) => state with { Current = run };

    static TimeSpan? CheckAgainIn(RetrainingPolicy? policy, RetrainingState state, RetrainingFacts facts, DateTimeOffset now)
    {
        var at = new List<DateTimeOffset>();
        if (state.Current is { Phase: RetrainingPhase.Pending, NextAttemptAt: { } next })
        {
            at.Add(next);
        }

        if (state.Current is { Phase: RetrainingPhase.Running } running && facts.Job?.Id != running.Id)
        {
            at.Add((running.StartedAt ?? running.At) + Unseen + TimeSpan.FromSeconds(1));
        }

        if (policy is { Schedule: { } schedule } && state.ScheduledFrom is { } from && schedule.After(from) is { } time)
        {
            at.Add(time);
        }

        if (policy is { OnDrift: true } && state.Current is null && facts.Drift?.Verdict == DriftVerdict.Drift && state.History is [var last, ..] && last.At + policy.Cooldown > now)
        {
            at.Add(last.At + policy.Cooldown);
        }

        if (at.Count == 0)
        {
            return null;
        }

        var wait = at.Min() - now;
        return wait > TimeSpan.FromSeconds(1) ? wait : TimeSpan.FromSeconds(1);
    }

    static string BuildId(string uid, RetrainingTrigger trigger, string key) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{uid}/{trigger}/{key}")))[..8];

    static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
