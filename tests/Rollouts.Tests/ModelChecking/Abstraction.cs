namespace Canario.Rollouts.Tests;

/// <summary>
/// A state without what no decision looks at, its times counted from now and cut off where more time changes nothing, its revisions called by their parts.
/// Exact, not an approximation: the machine only compares times with now, ages with the plan's limits, and names with each other.
/// </summary>
sealed class Abstraction(IReadOnlyList<RolloutPlan> plans)
{
    static readonly string[] Names = [Plans.One, Plans.Two, Plans.Three];

    /// <summary>A plan that cannot be carried out has none of its own, so two ages make a difference.</summary>
    readonly TimeSpan[] progressDeadlines = [.. plans.Select(plan => plan.ProgressDeadline).Distinct().OrderDescending()];

    public static DateTimeOffset Now { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <param name="now">When the state was decided; it comes out as <see cref="Now"/>.</param>
    public Moment Of(Moment moment, DateTimeOffset now)
    {
        var state = moment.State;
        var held = now - state.StepStartedAt;
        var blindSince = now - state.ProviderUnavailableSince;
        var blind = state.ProviderUnavailableFor;
        if (held is { } age)
        {
            var (hold, deadline) = Limits(state);
            // A step's deadline does not count blind time, its hold does: beyond the hold, held and blind time may be taken off together.
            (age, var rest) = TakeOff(age, blindSince ?? TimeSpan.Zero, hold);
            blindSince = blindSince is null ? null : rest;
            (age, blind) = TakeOff(age, blind, hold);
            // Between hold and deadline nothing changes, and a look may come after any time.
            held = age >= deadline ? deadline : age > hold && blind + rest == TimeSpan.Zero ? hold : age;
        }
        else
        {
            // A step that is not in force yet begins without any.
            (blind, blindSince) = (TimeSpan.Zero, blindSince is null ? null : TimeSpan.Zero);
        }

        return Rename(moment with
        {
            State = state with
            {
                Reason = "",
                Message = "",
                Gates = [],
                PhaseStartedAt = null,
                LastCommand = null,
                RolloutStartedAt = state.RolloutStartedAt is null ? null : Now,
                TrafficStartedAt = state.TrafficStartedAt is null ? null : Now,
                StepEnteredAt = state.StepStartedAt is null ? Ago(CutOff(now - state.StepEnteredAt)) : null,
                StepStartedAt = Ago(held),
                CapacityMissingSince = Ago(Clock(now - state.CapacityMissingSince)),
                CapacityMissingFor = Min(state.CapacityMissingFor, plans[0].ProgressDeadline),
                CapacityLosses = Math.Min(state.CapacityLosses, 1),
                StableLostSince = Ago(Clock(now - state.StableLostSince)),
                StableLostFor = Min(state.StableLostFor, plans[0].ProgressDeadline),
                ProviderUnavailableSince = Ago(blindSince),
                ProviderUnavailableFor = blind,
                Attempt = Math.Min(state.Attempt, 1),
            },
        });
    }

    /// <summary>Stable is One, the candidate Two or else the next free one, what spec asks for the next: which is which makes no difference to the machine.</summary>
    static Moment Rename(Moment moment)
    {
        var state = moment.State;
        string?[] inParts = [state.StableRevision, state.CandidateRevision, moment.Plan < Names.Length ? Names[moment.Plan] : null];
        string[] parts = [.. inParts.OfType<string>().Distinct()];
        string[] others = [.. Names.Except(parts)];
        // Two others by what is remembered of them.
        string[] order = [.. parts, .. others.Length < 2 ? others : others.OrderBy(name => Past(state, name), StringComparer.Ordinal).ToArray()];
        string To(string name) => Names[Array.IndexOf(order, name)];
        return moment with
        {
            Plan = moment.Plan < Names.Length ? Array.IndexOf(order, Names[moment.Plan]) : moment.Plan,
            State = state with
            {
                StableRevision = state.StableRevision is { } stable ? To(stable) : null,
                CandidateRevision = state.CandidateRevision is { } candidate ? To(candidate) : null,
                Served = [.. state.Served.Select(To).Order(StringComparer.Ordinal)],
                Undo = state.Undo is { } undo ? new Undo(To(undo.To), To(undo.Of)) : null,
                Rejected = [.. state.Rejected.Select(rejected => rejected with { Revision = To(rejected.Revision), Message = "", At = Now, Attempt = 1 }).OrderBy(r => r.Revision, StringComparer.Ordinal)],
                Concluded = [.. state.Concluded.Select(concluded => concluded with { Revision = To(concluded.Revision), Message = "", At = Now, Attempt = 1 }).OrderBy(r => r.Revision, StringComparer.Ordinal)],
            },
        };
    }

    static string Past(RolloutState state, string name) =>
        $"{state.Rejected.FirstOrDefault(r => r.Revision == name)?.Reason} {state.IsConcluded(name)} {state.Served.Contains(name)} {state.Undo?.To == name} {state.Undo?.Of == name}";

    /// <summary>Of the step that the state is in; the plans differ in nothing but the revision.</summary>
    (TimeSpan Hold, TimeSpan Deadline) Limits(RolloutState state)
    {
        // An undo goes around steps and bake.
        var hold = state.Undo is not null ? new StepHold() : state.StepIndex < plans[0].Steps.Count ? plans[0].Steps[state.StepIndex].Hold : new StepHold { Minimum = plans[0].Bake };
        return (hold.Minimum, hold.Deadline > hold.Minimum ? hold.Deadline : hold.Minimum);
    }

    static (TimeSpan Age, TimeSpan Blind) TakeOff(TimeSpan age, TimeSpan blind, TimeSpan hold)
    {
        var both = Min(blind, age - hold);
        return both > TimeSpan.Zero ? (age - both, blind - both) : (age, blind);
    }

    TimeSpan? CutOff(TimeSpan? age) => age is { } some ? progressDeadlines.Where(deadline => deadline <= some).DefaultIfEmpty(some).First() : null;

    /// <summary>Only looked at under a valid plan.</summary>
    TimeSpan? Clock(TimeSpan? age) => age is { } some ? Min(some, plans[0].ProgressDeadline) : null;

    static DateTimeOffset? Ago(TimeSpan? age) => Now - age;

    static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
