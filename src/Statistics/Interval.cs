namespace Canario.Statistics;

/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end; may be infinite for a ratio.</param>
public readonly record struct Interval(double Low, double High);
