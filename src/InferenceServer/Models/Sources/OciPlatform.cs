namespace Canario.InferenceServer.Models.Sources;

/// <summary>What an index's manifest is for.</summary>
internal sealed record OciPlatform(string? Architecture, string? Os);
