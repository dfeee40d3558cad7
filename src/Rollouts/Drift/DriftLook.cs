namespace Canario.Rollouts;

/// <summary>What was seen of a revision in the window.</summary>
/// <param name="Truths">Predictions whose truth is known; bad: those that were wrong. Null: nobody tells.</param>
public sealed record DriftLook(string Revision, IReadOnlyList<DriftSample> Samples, RateCounts? Truths = null);
