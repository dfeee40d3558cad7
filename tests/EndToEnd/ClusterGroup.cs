namespace Canario.EndToEnd;

[CollectionDefinition(Name)]
public sealed class ClusterGroup : ICollectionFixture<StageFixture>
{
    public const string Name = "cluster";
}
