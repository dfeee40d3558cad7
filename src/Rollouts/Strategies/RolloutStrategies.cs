namespace Canario.Rollouts;

/// <summary>All strategies. A new one is one class and one line here.</summary>
public static class RolloutStrategies
{
    static readonly CanaryStrategy Canary = new();

    static readonly IReadOnlyDictionary<string, IRolloutStrategy> ByName = ByUnique.Name<IRolloutStrategy>(
        [
            Canary,
            new BlueGreenStrategy(),
            new RollingUpdateStrategy(),
            new RecreateStrategy(),
            new ShadowStrategy(Canary),
            new AbStrategy(),
        ],
        strategy => strategy.Name);

    public static IEnumerable<string> Names => ByName.Keys;

    /// <summary>Null when there is none of that name.</summary>
    public static IRolloutStrategy? Find(string name) => ByName.GetValueOrDefault(name);
}
