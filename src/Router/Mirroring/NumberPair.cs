namespace Canario.Router.Mirroring;

/// <summary>The same number in stable's answer and in the candidate's.</summary>
internal readonly record struct NumberPair(double Stable, double Candidate);
