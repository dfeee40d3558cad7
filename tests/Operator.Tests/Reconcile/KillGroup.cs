namespace Canario.Operator.Tests.Reconcile;

/// <summary>Hundreds of rollouts, some at once: on a control plane of their own, or all other tests would wait behind them.</summary>
[CollectionDefinition(Name)]
public sealed class KillGroup : ICollectionFixture<ClusterFixture>
{
    public const string Name = "kills on a cluster";
}
