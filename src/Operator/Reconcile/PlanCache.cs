using System.Collections.Concurrent;
using Canario.Kubernetes;
using Canario.Operator.Api;
using Canario.Rollouts;

namespace Canario.Operator.Reconcile;

/// <summary>The plan of each ModelDeployment's newest spec: validating and hashing it at every look would be most of a look's cost.</summary>
sealed class PlanCache
{
    private readonly ConcurrentDictionary<ObjectKey, Entry> _plans = new();

    public RolloutPlan Get(ModelDeployment deployment)
    {
        var key = ObjectKey.Of(deployment);
        // The API server counts generation up with every change of spec, and begins anew with another uid.
        if (deployment.Metadata is { Generation: { } generation, Uid: { } uid })
        {
            if (_plans.TryGetValue(key, out var known) && known.Generation == generation && known.Uid == uid)
                return known.Plan;
            return (_plans[key] = new Entry(uid, generation, Plans.Build(deployment))).Plan;
        }

        return Plans.Build(deployment);
    }

    public void Forget(ObjectKey key) => _plans.TryRemove(key, out _);

    private sealed record Entry(string Uid, long Generation, RolloutPlan Plan);
}
