namespace Canario.Simulation;

/// <summary>How one rollout went.</summary>
/// <param name="Ending">How it ended.</param>
/// <param name="After">Since the candidate's first traffic.</param>
/// <param name="Exposed">Requests that the candidate answered until then.</param>
/// <param name="ExposedBad">Bad ones among them. Of a bad version that was promoted only those until then: it goes on, which is not counted.</param>
/// <param name="WithoutSamples">A decision to go on, to the next weight or to the end, was taken on fewer samples than <see cref="Contestants.MinSamples"/>.</param>
readonly record struct Outcome(Ending Ending, TimeSpan After, long Exposed, long ExposedBad, bool WithoutSamples);
