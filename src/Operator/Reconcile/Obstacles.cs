using System.Collections.Concurrent;
using Canario.Kubernetes;
using Canario.Operator.Api;

namespace Canario.Operator.Reconcile;

/// <summary>
/// What the last apply of each ModelDeployment ran into: the next status says so. Status comes before the objects, so it can only speak of the pass before;
/// after a restart it goes on saying what it said until an apply has gone through.
/// </summary>
sealed class Obstacles
{
    /// <summary>An object of a name that is needed belongs to somebody else. It is left alone.</summary>
    public const string NameTaken = "NameTaken";

    /// <summary>The API server refuses an object: a quota, an admission webhook, a node port that is in use.</summary>
    public const string ApplyRefused = "ApplyRefused";

    /// <summary>A revision's history and its Deployment are both gone, and spec asks for another one.</summary>
    public const string RevisionLost = "RevisionLost";

    /// <summary>The cluster has no HTTPRoutes.</summary>
    public const string GatewayApiMissing = "GatewayApiMissing";

    /// <summary>The cluster's HTTPRoutes can copy all requests, and not a share of them.</summary>
    public const string MirrorShareUnknown = "MirrorShareUnknown";

    private static readonly string[] s_reasons = [NameTaken, ApplyRefused, RevisionLost, GatewayApiMissing, MirrorShareUnknown];

    private readonly ConcurrentDictionary<ObjectKey, Obstacle?> _met = new();

    public Obstacle? Find(ModelDeployment deployment) => _met.GetOrAdd(ObjectKey.Of(deployment), static (_, d) => FromStatus(d), deployment);

    public void Meet(ObjectKey key, ObstacleException exception) => _met[key] = new Obstacle(exception.Reason, exception.Message);

    /// <summary>True when there was one, which status still tells of.</summary>
    public bool Overcome(ObjectKey key)
    {
        var was = _met.GetValueOrDefault(key);
        _met[key] = null;
        return was is not null;
    }

    public void Forget(ObjectKey key) => _met.TryRemove(key, out _);

    private static Obstacle? FromStatus(ModelDeployment deployment) =>
        deployment.Status?.Conditions?.FirstOrDefault(c => c is { Type: ConditionTypes.Stalled, Status: "True" }) is { Reason: { } reason } stalled && s_reasons.Contains(reason)
            ? new Obstacle(reason, stalled.Message ?? reason)
            : null;
}
