namespace Canario.Rollouts.Tests;

/// <summary>Every order of so many looks from every moment of a whole rollout, each distinct moment once; breadth first, so that a failure's trace is a shortest one.</summary>
sealed class Explorer(Model model, int happenings)
{
    /// <summary>A rollback, preparation, all steps, their holds and a bake take less, at the machine's own interval.</summary>
    public const int TicksToEnd = 30;

    readonly Dictionary<Moment, (Moment? From, Look? Look)> found = [];
    /// <summary>The same with a progress deadline at calm looks of ten seconds before stable is given up, and one before what comes after it.</summary>
    public const int TicksWithoutStable = 80;

    readonly Dictionary<Moment, int> ticksToEnd = [];
    readonly Dictionary<Moment, int> ticksWithoutStable = [];

    /// <summary>Phases and reasons met.</summary>
    public HashSet<string> Seen { get; } = [];

    public IReadOnlyCollection<Moment> Moments => found.Keys;

    public long Decisions { get; private set; }

    public Model Model { get; } = model;

    public void Explore(int depth)
    {
        var frontier = Roots().ToList();
        for (var i = 0; i < depth && frontier.Count > 0; i++)
        {
            var next = new List<Moment>();
            foreach (var moment in frontier)
            {
                foreach (var look in Model.Looks(moment, happenings))
                {
                    if (Find(moment, look) is { } after)
                    {
                        next.Add(after);
                    }
                }
            }

            frontier = next;
        }

        foreach (var moment in found.Keys.ToArray())
        {
            Settle(moment, ticksToEnd, TicksToEnd, Model.Calm, IsAtRest);
            Settle(moment, ticksWithoutStable, TicksWithoutStable, at => Model.Calm(at) with { Stable = PodsCondition.NoneReady }, at => IsAtRest(at) || HasNobodyElse(at));
        }
    }

    public override string ToString() => $"{Model.Name}: {found.Count} moments, {Decisions} decisions, the longest way to an end takes {ticksToEnd.Values.Max()} calm looks";

    /// <summary>The moments of a first rollout and of a second one, undisturbed: with what is found at the first look at each, every phase.</summary>
    IEnumerable<Moment> Roots()
    {
        var moment = Model.Start;
        found.Add(moment, (null, null));
        yield return moment;
        for (var tick = 0; tick < TicksToEnd; tick++)
        {
            var look = Model.Calm(moment);
            look = tick == 4 ? look with { Plan = 1 } : look with { After = Model.Short };
            var isNew = Find(moment, look) is not null;
            moment = Step(moment, look);
            if (isNew)
            {
                yield return moment;
            }
        }
    }

    Moment? Find(Moment from, Look look)
    {
        var after = Step(from, look);
        return found.TryAdd(after, (from, look)) ? after : null;
    }

    /// <summary>From here, once events cease, a terminal state is reached within the plan's time.</summary>
    void Settle(Moment moment, Dictionary<Moment, int> ticksToEnd, int most, Func<Moment, Look> calm, Func<Moment, bool> isEnd)
    {
        var way = new List<Moment>();
        var at = moment;
        while (!ticksToEnd.ContainsKey(at))
        {
            way.Add(at);
            Assert.True(way.Count <= most, $"no end after {most} calm ticks: {at.State.Phase}. {Trace(moment)}");
            at = Step(at, calm(at));
            if (isEnd(at))
            {
                ticksToEnd[at] = 0;
            }
        }

        var ticks = ticksToEnd[at];
        for (var i = way.Count - 1; i >= 0; i--)
        {
            ticksToEnd[way[i]] = ++ticks;
        }

        Assert.True(ticks <= most, $"{ticks} calm ticks to the end. {Trace(moment)}");
    }

    static bool IsAtRest(Moment moment) => moment.State.Phase is RolloutPhase.Healthy or RolloutPhase.RolledBack;

    /// <summary>The decision has fallen: a revision that may not serve for good does until somebody can take its traffic. No other pod is ready, and spec asks for no other revision that may be tried, so there is nothing left to do.</summary>
    bool HasNobodyElse(Moment moment) => moment.State is { Phase: RolloutPhase.RollingBack, Weight: 100, CandidateRevision: { } candidate }
        && IsKnown(moment.State, candidate) && (Model.RevisionOf(moment) is not { } asked || asked == candidate || asked == moment.State.StableRevision || IsKnown(moment.State, asked));

    static bool IsKnown(RolloutState state, string revision) => state.IsRejected(revision) || state.IsConcluded(revision);

    Moment Step(Moment moment, Look look)
    {
        Decisions++;
        try
        {
            return Model.Next(moment, look, Seen);
        }
        catch (Xunit.Sdk.XunitException failure)
        {
            throw new InvalidOperationException($"{failure.Message} {Trace(moment)}; then {look}", failure);
        }
    }

    string Trace(Moment moment)
    {
        var looks = new List<string>();
        for (var at = moment; found.TryGetValue(at, out var step) && step is { From: { } from, Look: { } look }; at = from)
        {
            looks.Insert(0, $"{look} → {at.State.Phase}");
        }

        return $"{Model.Name}: {string.Join("; ", looks)}";
    }
}
