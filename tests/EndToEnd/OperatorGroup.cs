namespace Canario.EndToEnd;

/// <summary>One after the other: one of them kills the operator, another times it. The rollouts of the other groups must bear both.</summary>
[CollectionDefinition(Name)]
public sealed class OperatorGroup : ICollectionFixture<StageFixture>
{
    public const string Name = "operator";
}
