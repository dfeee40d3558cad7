namespace Canario.Operator.Tests.Reconcile;

/// <summary>Tests that spend their time waiting for intervals and leases. On a control plane of their own, beside those that keep one busy.</summary>
[CollectionDefinition(Name)]
public sealed class WaitingGroup : ICollectionFixture<ClusterFixture>
{
    public const string Name = "waiting on a cluster";
}
