namespace Canario.Rollouts;

/// <summary>The provider could not be asked, or answered nonsense.</summary>
public sealed record ProviderError(string Message) : Measurement;
