namespace Canario.Rollouts;

/// <summary>For ShadowAgreement: requests that both sides answered, compared one by one.</summary>
public sealed record ShadowMeasurement : Measurement
{
    /// <summary>Pairs that could be compared, those that only the candidate failed on included.</summary>
    public required long Pairs { get; init; }

    /// <summary>Pairs with another label, or of another shape.</summary>
    public long Disagreements { get; init; }

    /// <summary>Requests that stable answered and the candidate did not.</summary>
    public long CandidateErrors { get; init; }

    /// <summary>Pairs that have numbers to compare.</summary>
    public long Differences { get; init; }

    /// <summary>Sum over <see cref="Differences"/> of the pair's mean absolute difference.</summary>
    public double SumOfDifferences { get; init; }

    /// <summary>Sum of the squares of the same.</summary>
    public double SumOfSquares { get; init; }

    /// <summary>Largest absolute difference of two numbers; null: not known.</summary>
    public double? LargestDifference { get; init; }

    /// <summary>Blocks of pairs whose numbers were ranked.</summary>
    public long RankBlocks { get; init; }

    /// <summary>Pairs in those blocks.</summary>
    public long RankedPairs { get; init; }

    /// <summary>Sum over the blocks of half of 1 − ρ, from 0 to 1 each; ρ is Spearman's rank correlation.</summary>
    public double RankDistance { get; init; }

    /// <summary>The same by slice, where the model's schema has one; what is of no slice, or of several, is in none of them.</summary>
    public IReadOnlyList<ShadowSlice> Slices { get; init => field = Sequence<ShadowSlice>.From(value); } = Sequence<ShadowSlice>.Empty;
}
