namespace Canario.Rollouts;

/// <summary>Pairs of answers to the requests of one slice.</summary>
/// <param name="Name"><c>feature=category</c>.</param>
/// <param name="Pairs">Those that only the candidate failed on included.</param>
/// <param name="Bad">Answers that differ, and errors that only the candidate had.</param>
/// <param name="Differences">Pairs that have numbers to compare.</param>
/// <param name="SumOfDifferences">Sum over <paramref name="Differences"/> of the pair's mean absolute difference.</param>
/// <param name="LargestDifference">Null: not known.</param>
/// <param name="RankBlocks">Blocks of pairs whose numbers were ranked.</param>
/// <param name="RankDistance">Sum over the blocks of half of 1 − ρ.</param>
public sealed record ShadowSlice(string Name, long Pairs, long Bad, long Differences, double SumOfDifferences, double? LargestDifference, long RankBlocks, double RankDistance);
