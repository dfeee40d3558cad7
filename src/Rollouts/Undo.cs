namespace Canario.Rollouts;

/// <summary>An earlier revision is on its way back, in place of the one that spec asks for.</summary>
/// <param name="To">The one that is to serve.</param>
/// <param name="Of">What spec asked for when that was said; a person's later word, in spec, ends it.</param>
public sealed record Undo(string To, string Of);
