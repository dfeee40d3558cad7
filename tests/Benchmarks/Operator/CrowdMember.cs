using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Rollouts;

namespace Canario.Benchmarks.Operator;

/// <summary>One ModelDeployment: the requests that its revisions get, and when its status said what.</summary>
/// <param name="fails">Its second version answers with errors from some seconds after its first request on.</param>
internal sealed class CrowdMember(string ns, string name, bool fails)
{
    /// <summary>A second, to each side.</summary>
    private const double Requests = 50;

    private static readonly TimeSpan s_hold = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_healthyFor = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly DateTimeOffset _begun = TimeProvider.System.GetUtcNow();
    private readonly List<double> _stepsLate = [];
    private readonly List<double> _rollbacksLate = [];
    private RolloutState? _last;
    private string? _first;
    private string? _second;
    private DateTimeOffset? _secondSince;

    public static ReadOnlyMemory<byte> NextVersion { get; } = """{"spec":{"model":{"uri":"http://models.test/v2/model.onnx"}}}"""u8.ToArray();

    public string Namespace => ns;

    public string Name => name;

    public IReadOnlyList<double> StepsLate => _stepsLate;

    public IReadOnlyList<double> RollbacksLate => _rollbacksLate;

    public bool Serves => Volatile.Read(ref _last) is { Phase: RolloutPhase.Healthy };

    public bool IsOver => _second is not null && Volatile.Read(ref _last) is { Phase: RolloutPhase.Healthy or RolloutPhase.RolledBack };

    public bool EndedWell => Volatile.Read(ref _last) is { } last && (fails ? last.Phase == RolloutPhase.RolledBack && last.StableRevision == _first : last.StableRevision == _second);

    public ModelDeployment Build() => new()
    {
        Metadata = new ObjectMeta { Namespace = ns, Name = name },
        Spec = new ModelDeploymentSpec
        {
            Model = new ModelSpec { Uri = "http://models.test/v1/model.onnx" },
            Gates = [new GateSettings { Name = "errors", Type = GateTypes.ErrorRate, Max = 0.02 }],
            Strategy = new StrategySettings { Canary = new CanarySettings { Steps = [BuildStep(20), BuildStep(60)] } },
            Bake = new BakeSettings { Duration = "0s" },
        },
    };

    public void See(ModelDeployment now, DateTimeOffset at)
    {
        if (now.Status?.Rollout is not { } state)
            return;
        lock (_lock)
        {
            var before = _last;
            _first ??= state.StableRevision;
            if (state.CandidateRevision is { } candidate && _first is not null && candidate != _first)
                _second = candidate;
            if (_second is not null && state.StepStartedAt is { } since)
                _secondSince ??= since;
            if (before is { StepStartedAt: { } started, CandidateRevision: not null } && state.StepStartedAt != started)
            {
                if (state.Phase is RolloutPhase.RollingBack or RolloutPhase.RolledBack)
                    _rollbacksLate.Add((at - _secondSince!.Value - s_healthyFor).TotalSeconds);
                else
                    _stepsLate.Add((at - started - s_hold).TotalSeconds);
            }

            Volatile.Write(ref _last, state);
        }
    }

    /// <summary>What the routers have counted until now.</summary>
    public IEnumerable<(string Revision, string Code, long Count)> Count(DateTimeOffset now)
    {
        var (first, second, since) = (_first, _second, _secondSince);
        if (first is not null)
            yield return (first, "200", Since(_begun));
        if (second is null || since is null)
            yield break;
        var failing = since.Value + s_healthyFor;
        yield return (second, "200", fails && now > failing ? (long)(Requests * s_healthyFor.TotalSeconds) : Since(since.Value));
        if (fails && now > failing)
            yield return (second, "500", Since(failing));

        long Since(DateTimeOffset begun) => Math.Max(0, (long)(Requests * (now - begun).TotalSeconds));
    }

    private static CanaryStepSettings BuildStep(int weight) => new() { Weight = weight, Hold = new HoldSettings { Duration = "20s" } };
}
