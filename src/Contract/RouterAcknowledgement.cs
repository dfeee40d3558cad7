namespace Canario.Contract;

/// <summary>What a router serves now.</summary>
/// <param name="Versions"><see cref="RouterConfiguration.Version"/> by ModelDeployment name.</param>
public sealed record RouterAcknowledgement(IReadOnlyDictionary<string, string> Versions);
