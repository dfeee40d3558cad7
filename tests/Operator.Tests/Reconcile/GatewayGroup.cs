namespace Canario.Operator.Tests.Reconcile;

/// <summary>The Gateway API is installed and taken away here: on a control plane of its own.</summary>
[CollectionDefinition(Name)]
public sealed class GatewayGroup : ICollectionFixture<ClusterFixture>
{
    public const string Name = "gateways on a cluster";
}
