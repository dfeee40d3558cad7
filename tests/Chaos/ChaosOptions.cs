namespace Canario.Chaos;

/// <summary>The command line.</summary>
/// <param name="Rollouts">How many.</param>
/// <param name="Seed">Equal seeds kill in the same order; when exactly is up to the machine.</param>
/// <param name="Rate">Requests a second.</param>
/// <param name="Limit">The longest that one rollout may take.</param>
internal sealed record ChaosOptions(int Rollouts, int Seed, int Rate, TimeSpan Limit);
