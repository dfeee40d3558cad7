namespace Canario.Rollouts;

/// <summary>The facts of one decision, and what is to be told of it.</summary>
sealed class Turn(RolloutPlan plan, Observation observation, DateTimeOffset now)
{
    public RolloutPlan Plan { get; } = plan;

    public Observation Observation { get; } = observation;

    public DateTimeOffset Now { get; } = now;

    public List<Transition> Transitions { get; private init; } = [];

    public bool SpecIsValid => Plan.SpecError is null;

    /// <summary>The same facts under another plan; what is told of them is one list.</summary>
    public Turn With(RolloutPlan other) => new(other, Observation, Now) { Transitions = Transitions };

    public RevisionObservation Stable(RolloutState state) => Observation.Of(state.StableRevision);

    public RevisionObservation Candidate(RolloutState state) => Observation.Of(state.CandidateRevision);

    public ContractCheck? Contract(RolloutState state) => Observation.Contract is { } check && check.Candidate == state.CandidateRevision ? check : null;

    /// <summary>All routers serve what this state asks for.</summary>
    public bool IsInForce(RolloutState state) => RolloutMachine.World(Plan, state).Split == Observation.TrafficInForce;

    /// <summary>Tells of a change, and hands on the state that it led to.</summary>
    public RolloutState Tell(RolloutState before, RolloutState after, string reason, string message, bool warning = false)
    {
        Transitions.Add(new Transition(before.Phase, after.Phase, reason, message, warning));
        return after;
    }
}
