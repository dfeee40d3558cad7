namespace Canario.Rollouts.Tests;

/// <summary>One strategy's plans, all that a look can find, and what one look does.</summary>
sealed class Model
{
    public static readonly TimeSpan Short = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan Long = TimeSpan.FromHours(2);

    static readonly Verdict[] BadVerdicts = [Verdict.Fail, Verdict.Inconclusive, Verdict.InsufficientData, Verdict.ProviderUnavailable];
    static readonly ContractFinding[] BadContracts = [ContractFinding.Changed, ContractFinding.Untold];

    readonly RolloutPlan[] plans;
    readonly Abstraction abstraction;

    /// <param name="name">For messages.</param>
    /// <param name="plan">For a revision; an invalid spec is added.</param>
    public Model(string name, Func<string, RolloutPlan> plan)
    {
        Name = name;
        plans = [plan(Plans.One), plan(Plans.Two), plan(Plans.Three), RolloutPlan.Invalid("spec.replicas is -1.")];
        abstraction = new Abstraction(plans);
    }

    public string Name { get; }

    public bool DropsCandidate => plans[0].DropsCandidate;

    public static Moment Start { get; } = new(0, false, RolloutState.Initial);

    /// <summary>What is to serve: an undo's, or else spec's; null: spec is invalid.</summary>
    public string? RevisionOf(Moment moment) => moment.Plan == Invalid ? null : moment.State.Undo?.To ?? plans[moment.Plan].Revision;

    int Invalid => plans.Length - 1;

    /// <summary>Every combination of at most so many happenings that can make a difference now, after any time.</summary>
    public IEnumerable<Look> Looks(Moment moment, int happenings)
    {
        var state = moment.State;
        var ending = plans[0].Steps is [{ StableFirst: true }, ..] ? new[] { PodsCondition.Ending } : [];
        PodsCondition[] candidate = state.CandidateRevision is null ? [] : [PodsCondition.OneLeft, PodsCondition.NoneReady, PodsCondition.Crashing, PodsCondition.Missing, .. ending];
        PodsCondition[] stable = state.StableRevision is null || state.CandidateRevision is null ? [] : [PodsCondition.OneLeft, PodsCondition.NoneReady, .. ending];
        var measured = RolloutMachine.Measures(plans[moment.Plan], state).Count > 0;
        IEnumerable<Look> looks = Controls(moment);
        looks = Or(looks, candidate, happenings, (look, pods) => look with { Candidate = pods });
        looks = Or(looks, stable, happenings, (look, pods) => look with { Stable = pods });
        looks = Or(looks, state.CandidateRevision is null ? Array.Empty<bool>() : [true], happenings, (look, lag) => look with { RoutersLag = lag });
        looks = Or(looks, measured ? BadVerdicts : Array.Empty<Verdict>(), happenings, (look, verdict) => look with { Verdict = verdict });
        looks = Or(looks, RolloutMachine.NeedsContract(plans[moment.Plan], state) ? BadContracts : [], happenings, (look, contract) => look with { Contract = contract });
        return looks.SelectMany(look => look.IsControlled ? [look] : new[] { look, look with { After = Short }, look with { After = Long } });
    }

    static IEnumerable<Look> Or<T>(IEnumerable<Look> looks, T[] others, int happenings, Func<Look, T, Look> with) =>
        looks.SelectMany(look => look.Happenings < happenings ? others.Select(other => with(look, other)).Prepend(look) : [look]);

    /// <summary>One decision, checked, as seen from after it.</summary>
    public Moment Next(Moment before, Look look, ISet<string> seen) => Abstract(Decide(before, look, Abstraction.Now + look.After, "n", seen), Abstraction.Now + look.After);

    /// <summary>As the machine left it at that time.</summary>
    public Moment Decide(Moment before, Look look, DateTimeOffset now, string nonce, ISet<string> seen)
    {
        var moment = before with { Plan = look.Plan ?? before.Plan, Paused = before.Paused ^ look.TogglesPause };
        var plan = plans[moment.Plan] with { Paused = moment.Paused };
        var facts = Observe(plan, moment.State, look, nonce);
        var decision = RolloutMachine.Decide(plan, moment.State, facts, now);
        Invariants.Check(new Decided(plan, moment.State, facts, decision, now, RolloutMachine.World(plan, moment.State)));
        seen.UnionWith(decision.Transitions.Select(transition => transition.Reason));
        seen.Add(decision.Next.Phase.ToString());
        return moment with { State = decision.Next };
    }

    public Moment Abstract(Moment moment, DateTimeOffset now) => abstraction.Of(moment, now);

    /// <summary>Events cease: spec is valid, nobody holds the rollout, and whoever has to say go says it.</summary>
    public Look Calm(Moment moment) => new()
    {
        After = TimeSpan.FromSeconds(10),
        Plan = moment.Plan == Invalid ? 1 : null,
        TogglesPause = moment.Paused,
        Command = moment.State.PausedByCommand ? CommandAction.Resume : moment.State.PauseReason == RolloutReasons.ManualHold ? CommandAction.Promote : null,
    };

    IEnumerable<Look> Controls(Moment moment)
    {
        var nothing = new Look();
        yield return nothing;
        for (var plan = 0; plan < plans.Length; plan++)
        {
            if (plan != moment.Plan)
            {
                yield return nothing with { Plan = plan };
            }
        }

        yield return nothing with { TogglesPause = true };
        foreach (var action in Enum.GetValues<CommandAction>())
        {
            if (Command(moment.State, action, "n") is not null)
            {
                yield return nothing with { Command = action };
            }
        }
    }

    /// <summary>One that makes sense; that others are refused is tested elsewhere, and changes nothing but what was last handled.</summary>
    static RolloutCommand? Command(RolloutState state, CommandAction action, string nonce)
    {
        var revision = action switch
        {
            CommandAction.Retry => state.Rejected.Select(rejected => rejected.Revision).Concat(state.Concluded.Select(concluded => concluded.Revision)).LastOrDefault(),
            CommandAction.Undo => state.Served.FirstOrDefault(served => served != state.StableRevision && served != state.CandidateRevision),
            _ => state.CandidateRevision,
        };
        return revision is null ? null : new RolloutCommand(action, revision, nonce);
    }

    static Observation Observe(RolloutPlan plan, RolloutState state, Look look, string nonce)
    {
        var world = RolloutMachine.World(plan, state);
        var requests = RolloutMachine.Measures(plan, state);
        RevisionObservation[] revisions = [.. world.Revisions.Select(revision => Observe(revision, revision.IsCandidate ? look.Candidate : look.Stable)).OfType<RevisionObservation>()];
        return new Observation
        {
            Revisions = revisions,
            TrafficInForce = look.RoutersLag || (plan.SplitByPods && !PodSplit.IsMade(world, revisions)) ? null : world.Split,
            MeasuredFrom = requests is [var first, ..] ? first.CandidateFrom : null,
            Measurements = requests.ToDictionary(request => request.Gate.Name, request => request.Gate.FindsWinner ? Compare(look.Verdict) : Measure(request.Gate.Type, look.Verdict)),
            Contract = RolloutMachine.NeedsContract(plan, state) ? Check(state.CandidateRevision!, look.Contract) : null,
            Kept = [.. state.Served.Order(StringComparer.Ordinal)],
            Command = look.Command is { } action ? Command(state, action, nonce) : null,
        };
    }

    static RevisionObservation? Observe(WorldRevision revision, PodsCondition pods) => pods == PodsCondition.Missing ? null : new RevisionObservation
    {
        Revision = revision.Revision,
        Desired = revision.Replicas,
        Ready = pods switch { PodsCondition.OneLeft => Math.Min(1, revision.Replicas), PodsCondition.NoneReady or PodsCondition.Crashing => 0, _ => revision.Replicas },
        Pods = revision.Replicas + (pods == PodsCondition.Ending ? 1 : 0),
        Updated = revision.Replicas,
        Failure = pods == PodsCondition.Crashing ? new PodFailure("CrashLoopBackOff", "exit 12") : null,
    };

    static ContractCheck? Check(string candidate, ContractFinding finding) => finding switch
    {
        ContractFinding.Same => new ContractCheck(candidate, null),
        ContractFinding.Changed => new ContractCheck(candidate, "input 'x' is gone"),
        _ => null,
    };

    /// <summary>The two sides of a test: the candidate does better, worse, or as well.</summary>
    static Measurement Compare(Verdict verdict) => verdict switch
    {
        Verdict.Pass => Plans.Rates(300, 0, 300, 300),
        Verdict.Fail => Plans.Rates(300, 300, 300, 0),
        Verdict.Inconclusive => Plans.Rates(300, 0, 300, 0),
        Verdict.InsufficientData => NoData.Instance,
        _ => new ProviderError("refused"),
    };

    static Measurement Measure(string gateType, Verdict verdict) => (verdict, gateType) switch
    {
        (Verdict.Pass, GateTypes.ShadowAgreement) => Plans.Pairs(1000, 5),
        (Verdict.Fail, GateTypes.ShadowAgreement) => Plans.Pairs(1000, 60),
        (Verdict.Inconclusive, GateTypes.ShadowAgreement) => Plans.Pairs(1000, 24),
        // None and all: their intervals have one end to look for, and millions of them are computed here.
        (Verdict.Pass, _) => Plans.Rates(1000, 0, 9000, 0),
        (Verdict.Fail, _) => Plans.Rates(100, 100, 900, 0),
        (Verdict.Inconclusive, _) => Plans.Rates(1000, 24, 9000, 180),
        (Verdict.InsufficientData, _) => NoData.Instance,
        _ => new ProviderError("refused"),
    };
}
