namespace Canario.EndToEnd;

[CollectionDefinition(Name)]
public sealed class DemoGroup : ICollectionFixture<StageFixture>
{
    public const string Name = "demo";
}
