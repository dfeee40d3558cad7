using Canario.Contract;
using Canario.Router.Mirroring;

namespace Canario.Router.Tests;

/// <summary>Reference values: SciPy 1.10.1 (spearmanr).</summary>
public sealed class RankBlockTests
{
    [Theory]
    [InlineData(new[] { 1.0, 2, 3, 4, 5 }, new[] { 5.0, 6, 7, 8, 7 }, 0.8207826816681233)]
    [InlineData(new[] { 0.1, 0.4, 0.4, 0.9, 0.4, 0.2 }, new[] { 3.0, 1, 2, 2, 5, 0 }, 0.030802055181684874)]
    [InlineData(new[] { 10.0, 20, 30, 40 }, new[] { 4.0, 3, 2, 1 }, -1.0)]
    [InlineData(new[] { 1.5, 2.5, 0.5, 9, 7, -3, 2.5 }, new[] { 1.4, 2.6, 0.1, 3, 8, -2, 2.5 }, 0.9549937104572924)]
    [InlineData(new[] { 1.0, 1, 1, 2 }, new[] { 2.0, 2, 1, 2 }, 0.3333333333333333)]
    public void The_rank_correlation_agrees_with_the_reference(double[] first, double[] second, double expected) =>
        Assert.Equal(expected, RankBlock.Spearman(first, second)!.Value, 1e-12);

    [Fact]
    public void What_says_the_same_throughout_has_no_order() =>
        Assert.Null(RankBlock.Spearman([1, 1, 1], [1, 2, 3]));

    [Theory]
    [InlineData(1.0, 0)] // Any rising function keeps the order.
    [InlineData(-1.0, 1)]
    public void A_block_is_told_when_it_is_full_and_the_next_begins(double sign, double expected)
    {
        var block = new RankBlock();
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < ShadowRanks.BlockPairs; i++)
            {
                double value = i * 37 % ShadowRanks.BlockPairs;
                double? told = block.Add([new NumberPair(value, sign * Math.Exp(value / 10))]);
                Assert.Equal(i == ShadowRanks.BlockPairs - 1 ? expected : null, told);
            }
        }
    }

    /// <summary>Each class's probability keeps its order, though their sizes are those of different classes; one that never changes has none.</summary>
    [Fact]
    public void Numbers_are_ranked_by_their_place()
    {
        var block = new RankBlock();
        double? told = null;
        for (int i = 0; i < ShadowRanks.BlockPairs; i++) told = block.Add([new NumberPair(i, 1000 + i), new NumberPair(i, -i), new NumberPair(0.5, i)]);
        Assert.Equal(0.5, told);
    }

    [Fact]
    public void Only_places_that_all_of_a_block_have_are_ranked_and_answers_without_numbers_are_left_out()
    {
        var block = new RankBlock();
        double? told = null;
        for (int i = 0; i < ShadowRanks.BlockPairs; i++)
        {
            Assert.Null(block.Add([]));
            told = i == 7 ? block.Add([new NumberPair(i, i)]) : block.Add([new NumberPair(i, i), new NumberPair(i, -i)]);
        }
        Assert.Equal(0, told);
        for (int i = 0; i < ShadowRanks.BlockPairs; i++) told = block.Add([new NumberPair(1, i)]);
        Assert.Null(told);
    }
}
