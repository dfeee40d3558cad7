using Canario.Contract;

namespace Canario.Router.Mirroring;

/// <summary>
/// Spearman's rank correlation over blocks of pairs of answers. Ranks of a whole window need the whole window, and ranks of one router cannot be joined with another's; the mean over blocks of one size needs
/// <see cref="ShadowRanks.BlockPairs"/> pairs of memory, and sums over routers, restarts and time mean the same. The numbers of an answer are ranked by their place in it, against the same place in the block's other answers,
/// so that classes are not ranked among each other; a block's correlation is the mean over the places. A place where either side says the same throughout has none.
/// In expectation a block of n gives ((n − 2)·ρ + 3·τ) / (n + 1) for Spearman's ρ and Kendall's τ of all pairs (W. Hoeffding, Ann. Math. Stat. 19, 1948; M. Kendall and J. Gibbons, "Rank correlation methods", 1990):
/// for n = 50 at most about 0.01 less than ρ where that is positive.
/// </summary>
internal sealed class RankBlock
{
    /// <summary>Numbers of an answer that are ranked: the first ones. A batch of many rows says no more than these.</summary>
    public const int MaxPlaces = 8;

    private readonly double[] _stable = new double[MaxPlaces * ShadowRanks.BlockPairs];
    private readonly double[] _candidate = new double[MaxPlaces * ShadowRanks.BlockPairs];
    private int _places = MaxPlaces;
    private int _pairs;

    /// <param name="numbers">Of one pair of answers, in their order.</param>
    /// <returns>Half of 1 − ρ, from 0 (the same order) to 1 (the reverse), when the pair filled a block that has a correlation; else null.</returns>
    public double? Add(ReadOnlySpan<NumberPair> numbers)
    {
        if (numbers.IsEmpty) return null;
        _places = Math.Min(_places, numbers.Length);
        for (int place = 0; place < _places; place++)
        {
            _stable[place * ShadowRanks.BlockPairs + _pairs] = numbers[place].Stable;
            _candidate[place * ShadowRanks.BlockPairs + _pairs] = numbers[place].Candidate;
        }
        if (++_pairs < ShadowRanks.BlockPairs) return null;
        double sum = 0;
        int ranked = 0;
        for (int place = 0; place < _places; place++)
        {
            var of = new Range(place * ShadowRanks.BlockPairs, (place + 1) * ShadowRanks.BlockPairs);
            if (Spearman(_stable.AsSpan()[of], _candidate.AsSpan()[of]) is not { } correlation) continue;
            sum += correlation;
            ranked++;
        }
        (_pairs, _places) = (0, MaxPlaces);
        // What rounding leaves of the same order is nothing.
        return ranked == 0 ? null : Math.Round(Math.Clamp((1 - sum / ranked) / 2, 0, 1), 12);
    }

    /// <summary>Pearson's correlation of the ranks, equal values having the mean of theirs. Null: one side has but one value.</summary>
    internal static double? Spearman(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        double[] one = Ranks(first), other = Ranks(second);
        // Of the ranks 1 to n.
        double mean = (first.Length + 1) / 2.0, product = 0, square = 0, otherSquare = 0;
        for (int i = 0; i < one.Length; i++)
        {
            double a = one[i] - mean, b = other[i] - mean;
            product += a * b;
            square += a * a;
            otherSquare += b * b;
        }
        return square == 0 || otherSquare == 0 ? null : product / Math.Sqrt(square * otherSquare);
    }

    private static double[] Ranks(ReadOnlySpan<double> values)
    {
        double[] sorted = values.ToArray();
        var order = new int[sorted.Length];
        for (int i = 0; i < order.Length; i++) order[i] = i;
        Array.Sort(sorted, order);
        var ranks = new double[sorted.Length];
        for (int i = 0; i < sorted.Length;)
        {
            int end = i + 1;
            while (end < sorted.Length && sorted[end] == sorted[i]) end++;
            // Places i + 1 to end.
            for (int j = i; j < end; j++) ranks[order[j]] = (i + 1 + end) / 2.0;
            i = end;
        }
        return ranks;
    }
}
