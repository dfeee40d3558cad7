namespace Canario.Rollouts;

/// <summary>For Query: the one number that came of it. No number at all is <see cref="NoData"/>.</summary>
public sealed record ValueMeasurement(double Value) : Measurement;
