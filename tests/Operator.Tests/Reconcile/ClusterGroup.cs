namespace Canario.Operator.Tests.Reconcile;

[CollectionDefinition(Name)]
public sealed class ClusterGroup : ICollectionFixture<ClusterFixture>
{
    public const string Name = "operator cluster";
}
