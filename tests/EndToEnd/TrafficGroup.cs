namespace Canario.EndToEnd;

/// <summary>What goes on beside the demo and disturbs nothing outside its own namespace.</summary>
[CollectionDefinition(Name)]
public sealed class TrafficGroup : ICollectionFixture<StageFixture>
{
    public const string Name = "traffic";
}
