namespace Canario.Statistics.Tests;

/// <summary>Reference values: SciPy 1.10.1 (chi2_contingency, ks_2samp, jensenshannon) and NumPy.</summary>
public sealed class DistributionTests
{
    static readonly Histogram First = Bins(10, 20, 30, 25, 15);
    static readonly Histogram Second = Bins(20, 25, 25, 20, 10);

    [Fact]
    public void Psi_agrees_with_the_reference_and_stays_finite_with_an_empty_bin()
    {
        Assert.Equal(0.11429850674207388, Distributions.Psi(First, Second), 1e-12);
        Assert.Equal(1.9305205152080342, Distributions.Psi(Bins(0, 50, 50), Bins(40, 30, 30)), 1e-12);
        Assert.Equal(0, Distributions.Psi(First, First), 1e-15);
    }

    [Fact]
    public void Psi_of_equal_distributions_is_on_average_what_chance_is_said_to_show()
    {
        var random = new SplitMix(5);
        double sum = 0, expected = 0;
        for (var run = 0; run < 400; run++)
        {
            var first = Uniform(random, 500);
            var second = Uniform(random, 800);
            sum += Distributions.Psi(first, second);
            expected += Distributions.PsiExpectedByChance(first, second);
        }

        Assert.InRange(sum / expected, 0.9, 1.1);
    }

    [Fact]
    public void Chi_square_agrees_with_the_reference()
    {
        Assert.Equal(5.8989898989899, Distributions.ChiSquare(First, Second), 1e-12);
        Assert.Equal(0.20681983238923815, Distributions.ChiSquarePValue(First, Second), 1e-12);
    }

    [Fact]
    public void Jensen_Shannon_agrees_with_the_reference() => Assert.Equal(0.014933346889689718, Distributions.JensenShannon(First, Second), 1e-12);

    [Theory]
    [InlineData("10 20 30 25 15", "20 25 25 20 10", 0.14677964948053934, 5.8989898989899, 0.20681983238923815)]
    [InlineData("120 30 0 7", "1000 400 3 90", 0.09362309921046304, 5.999380325508664, 0.11164037749791915)]
    [InlineData("5 0 0 95", "60 20 15 5", 0.8541939845623556, 162.53846153846155, 5.191434505838827e-35)]
    [InlineData("1200 1301 1188 1250 1275 1222 1203 1361", "11830 12512 12009 12388 12941 12120 12405 13795", 0.008695968426838624, 3.8260982835610875, 0.7995755449919016)]
    [InlineData("1 0", "0 1", 1.0, 2.0, 0.15729920705028105)]
    [InlineData("344 152 124", "50 50 520", 0.5718530123668002, 514.3887667450101, 2.004003726652785e-112)]
    public void Jensen_Shannon_distance_and_chi_square_agree_with_the_reference(string one, string other, double distance, double statistic, double pValue)
    {
        var (first, second) = (Bins([.. one.Split(' ').Select(long.Parse)]), Bins([.. other.Split(' ').Select(long.Parse)]));

        Assert.Equal(distance, Distributions.JensenShannonDistance(first, second), 1e-12);
        Assert.Equal(statistic, Distributions.ChiSquare(first, second), 1e-12 * statistic);
        Assert.Equal(pValue, Distributions.ChiSquarePValue(first, second), 1e-9 * pValue);
        Assert.Equal(0, Distributions.JensenShannonDistance(first, first), 1e-9);
        Assert.Equal(distance, Distributions.JensenShannonDistance(second, first), 1e-12);
    }

    [Fact]
    public void Kolmogorov_Smirnov_agrees_with_the_reference()
    {
        var first = Bins(30, 60, 90, 75, 45);
        var second = Bins(80, 100, 100, 80, 40);
        Assert.Equal(0.15, Distributions.KolmogorovSmirnov(first, second), 1e-12);
        // The reference corrects for continuity; the limit without it differs in the fifth digit.
        Assert.Equal(0.0007996706425158355, Distributions.KolmogorovSmirnovPValue(first, second), 2e-4);
    }

    [Fact]
    public void Unordered_bins_have_the_total_variation_distance()
    {
        var first = Histogram.FromBins([new("cat", 60), new("dog", 40)]);
        var second = Histogram.FromBins([new("cat", 20), new("dog", 80)]);
        Assert.Equal(0.4, Distributions.KolmogorovSmirnov(first, second), 1e-12);
    }

    [Fact]
    public void Histograms_of_different_bins_are_not_compared()
    {
        Assert.Throws<ArgumentException>(() => Distributions.Psi(First, Bins(1, 2)));
    }

    [Fact]
    public void Bins_are_ordered_by_edge_and_merged_by_name()
    {
        var pods = Histogram.FromBins([new("10", 1), new("+Inf", 2), new("2.5", 3), new("__missing__", 4), new("2.5", 5)]);
        Assert.Equal(["2.5", "10", "+Inf", "__missing__"], pods.Names);
        Assert.Equal([8, 1, 2, 4], pods.Counts);
        Assert.Equal(3, pods.NumericBins);
        Assert.Equal(15, pods.Total);
        Assert.Equal([16, 2, 4, 8], pods.Merge(pods).Counts);
        Assert.Throws<ArgumentOutOfRangeException>(() => Histogram.FromBins([new("1", -1)]));
    }

    [Fact]
    public void A_bin_that_one_side_never_hit_is_zero_after_alignment()
    {
        var first = Histogram.FromBins([new("a", 1)]);
        var aligned = first.AlignedWith(Histogram.FromBins([new("b", 2)]));
        Assert.Equal(["a", "b"], aligned.Names);
        Assert.Equal([1, 0], aligned.Counts);
    }

    [Fact]
    public void Adjusted_p_values_agree_with_the_reference()
    {
        // The fifteen p-values of the 1995 paper's example.
        double[] given = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000];
        double[] expected = [0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.06385714, 0.06385714, 0.0645, 0.0765, 0.486, 0.58118182, 0.714875, 0.75323077, 0.81321429, 1];
        var adjusted = BenjaminiHochberg.Adjust(given);
        Assert.All(expected.Zip(adjusted), pair => Assert.Equal(pair.First, pair.Second, 1e-7));
        Assert.Equal(4, adjusted.Count(p => p <= 0.05));
        Assert.Equal(adjusted.Reverse(), BenjaminiHochberg.Adjust([.. given.Reverse()]));
    }

    static Histogram Bins(params long[] counts) => Histogram.FromBins(
        counts.Select((count, i) => KeyValuePair.Create(i == counts.Length - 1 ? "+Inf" : (i + 1).ToString(System.Globalization.CultureInfo.InvariantCulture), count)));

    static Histogram Uniform(SplitMix random, int n)
    {
        var counts = new long[10];
        for (var i = 0; i < n; i++)
        {
            counts[(int)(random.Next() * 10)]++;
        }

        return Bins(counts);
    }
}
