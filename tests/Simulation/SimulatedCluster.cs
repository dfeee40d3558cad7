using System.Globalization;
using System.Text;
using Canario.Rollouts;

namespace Canario.Simulation;

/// <summary>Pods, routers and a metric source around the machine: does what the world says, a tick later. Writes down what changed.</summary>
sealed class SimulatedCluster
{
    static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    readonly Dictionary<string, int> desired = [];
    readonly StringBuilder timeline = new();

    public SimulatedCluster(RolloutPlan plan) => Plan = plan;

    public RolloutPlan Plan { get; set; }

    public RolloutState State { get; set; } = RolloutState.Initial;

    public World World { get; private set; } = World.Nothing;

    public DateTimeOffset Now { get; private set; } = Start;

    public TimeSpan Elapsed => Now - Start;

    /// <summary>Ready replicas at most, by revision; absent: as many as are asked for.</summary>
    public Dictionary<string, int> ReadyAtMost { get; } = [];

    /// <summary>Pods that are asked to end and have not yet, by revision.</summary>
    public Dictionary<string, int> Ending { get; } = [];

    public Dictionary<string, PodFailure> Failures { get; } = [];

    /// <summary>What the scheduler says of a revision's pods that have no node.</summary>
    public Dictionary<string, string> Unschedulable { get; } = [];

    public Dictionary<string, Measurement> Measurements { get; } = [];

    /// <summary>What callers of stable would meet with a revision; absent: nothing.</summary>
    public Dictionary<string, string> ContractDifferences { get; } = [];

    /// <summary>The pods tell what their models take and answer.</summary>
    public bool TellsContracts { get; set; } = true;

    public RolloutCommand? Command { get; set; }

    /// <summary>Revisions whose snapshots are kept, newest first: all that ever ran, unless a test takes some out.</summary>
    public List<string> Kept { get; } = [];

    public bool RoutersFollow { get; set; } = true;

    public TrafficSplit? InForce { get; set; }

    /// <summary>Replicas that all requests need, where the plan has autoscaling: each side's autoscaler sees its share of them.</summary>
    public int Load { get; set; }

    /// <summary>What a side's autoscaler wants whatever its load, by revision.</summary>
    public Dictionary<string, int> Whims { get; } = [];

    /// <summary>False: nothing is written down, for those who run thousands.</summary>
    public bool WritesTimeline { get; init; } = true;

    public string Timeline => timeline.ToString();

    public int Ready(string revision) =>
        Failures.ContainsKey(revision) ? 0 : Math.Min(desired.GetValueOrDefault(revision), ReadyAtMost.GetValueOrDefault(revision, int.MaxValue));

    public Observation Observe() => new()
    {
        Revisions = ObserveRevisions(),
        TrafficInForce = !Plan.SplitByPods || PodSplit.IsMade(RolloutMachine.World(Plan, State), ObserveRevisions()) ? InForce : null,
        MeasuredFrom = RolloutMachine.Measures(Plan, State) is [var first, ..] ? first.CandidateFrom : null,
        Measurements = RolloutMachine.Measures(Plan, State)
            .Where(request => Measurements.ContainsKey(request.Gate.Name))
            .ToDictionary(request => request.Gate.Name, request => Measurements[request.Gate.Name]),
        Contract = TellsContracts && RolloutMachine.NeedsContract(Plan, State) ? new ContractCheck(State.CandidateRevision!, ContractDifferences.GetValueOrDefault(State.CandidateRevision!)) : null,
        Command = Command,
        Kept = [.. Kept],
    };

    List<RevisionObservation> ObserveRevisions() =>
    [
        .. desired.Select(pair => new RevisionObservation
        {
            Revision = pair.Key,
            Desired = pair.Value,
            Ready = Ready(pair.Key),
            Pods = pair.Value + Ending.GetValueOrDefault(pair.Key),
            Updated = pair.Value,
            Failure = Failures.GetValueOrDefault(pair.Key),
            Unschedulable = Unschedulable.GetValueOrDefault(pair.Key),
        }),
    ];

    public Decision Tick(TimeSpan? by = null)
    {
        Now += by ?? TimeSpan.FromSeconds(5);
        var decision = RolloutMachine.Decide(Plan, State, Observe(), Now);
        if (WritesTimeline)
        {
            Write(State, decision);
        }

        State = decision.Next;
        Apply(decision.World);
        return decision;
    }

    /// <summary>Ticks until the condition holds; fails after so many ticks.</summary>
    public SimulatedCluster Until(Func<RolloutState, bool> condition, int ticks = 400)
    {
        for (var i = 0; i < ticks; i++)
        {
            Tick();
            if (condition(State))
            {
                return this;
            }
        }

        throw new InvalidOperationException($"Not reached in {ticks} ticks:\n{timeline}");
    }

    public SimulatedCluster Until(RolloutPhase phase) => Until(state => state.Phase == phase);

    public SimulatedCluster For(int ticks)
    {
        for (var i = 0; i < ticks; i++)
        {
            Tick();
        }

        return this;
    }

    public SimulatedCluster Do(string what, Action<SimulatedCluster> action)
    {
        timeline.Append(CultureInfo.InvariantCulture, $"        -- {what}\n");
        action(this);
        return this;
    }

    void Apply(World world)
    {
        World = world;
        foreach (var gone in desired.Keys.Except(world.Revisions.Select(revision => revision.Revision)).ToArray())
        {
            desired.Remove(gone);
        }

        foreach (var revision in world.Revisions)
        {
            desired[revision.Revision] = Plan.Autoscaling is { } range ? Scale(revision, range) : revision.Replicas;
            if (!Kept.Contains(revision.Revision))
            {
                Kept.Insert(0, revision.Revision);
            }
        }

        if (RoutersFollow)
        {
            InForce = world.Split;
        }
    }

    /// <summary>As Kubernetes' autoscaler: it leaves alone what is at 0, sees the share that is in force, and keeps its bounds whatever it sees.</summary>
    int Scale(WorldRevision revision, ReplicaRange range)
    {
        var share = InForce?.Shares.FirstOrDefault(s => s.Revision == revision.Revision)?.Weight ?? 0;
        var wanted = Math.Max(((Load * share) + 99) / 100, Whims.GetValueOrDefault(revision.Revision));
        return revision.Replicas == 0 ? 0 : Math.Min(Math.Max(wanted, revision.Replicas), range.Max);
    }

    void Write(RolloutState before, Decision decision)
    {
        var next = decision.Next;
        if (decision.Transitions.Count == 0 && decision.World == World && before.Phase == next.Phase && before.Reason == next.Reason)
        {
            return;
        }

        var world = string.Join(" ", decision.World.Revisions.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Revision}×{r.Replicas}={r.Weight}%{(r.Mirror > 0 ? $"~{r.Mirror}%" : "")}")));
        timeline.Append(CultureInfo.InvariantCulture, $"{Elapsed.TotalSeconds,5:0} s {next.Phase,-11} {world,-36} {next.Reason}: {next.Message}\n");
        foreach (var transition in decision.Transitions)
        {
            timeline.Append(CultureInfo.InvariantCulture, $"          {(transition.Warning ? '!' : '·')} {transition.Reason}: {transition.Message}\n");
        }
    }
}
