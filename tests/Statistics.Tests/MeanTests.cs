namespace Canario.Statistics.Tests;

/// <summary>Reference values: the paper's boundary in the form that its authors' package has it, in Python.</summary>
public sealed class MeanTests
{
    [Theory]
    [InlineData(1000, 200, 42.5, 0.01, 0.194352482785, 0.205647517215)]
    [InlineData(100, 5, 0.5, 0.01, 0.028741217398, 0.071258782602)]
    [InlineData(50000, 2500, 200, 0.001, 0.049213657928, 0.050786342072)]
    public void The_confidence_sequence_agrees_with_the_reference(long count, double sum, double squares, double alpha, double low, double high)
    {
        var interval = SequentialMean.Confidence(count, sum, squares, alpha);
        Assert.Equal((low, high), (Math.Round(interval.Low, 12), Math.Round(interval.High, 12)));
    }

    [Fact]
    public void Of_one_value_nothing_is_known_and_of_equal_values_all_is()
    {
        Assert.Equal(new Interval(double.NegativeInfinity, double.PositiveInfinity), SequentialMean.Confidence(1, 5, 25, 0.01));
        var same = SequentialMean.Confidence(1000, 100, 10, 0.01);
        Assert.Equal((0.1, 0.1), (Math.Round(same.Low, 6), Math.Round(same.High, 6)));
    }

    /// <summary>Most differences are nothing and some are large, as where two models agree but at a border.</summary>
    [Fact]
    public void The_truth_is_left_in_few_runs_however_often_one_looks()
    {
        var random = new SplitMix(11);
        var left = 0;
        for (var run = 0; run < 400; run++)
        {
            double sum = 0, squares = 0;
            var isLeft = false;
            for (long n = 1; n <= 5000; n++)
            {
                var value = random.Next() < 0.2 ? random.Next() : 0;
                sum += value;
                squares += value * value;
                isLeft |= n >= 100 && n % 50 == 0 && SequentialMean.Confidence(n, sum, squares, 0.05) is var interval && (interval.Low > 0.1 || interval.High < 0.1);
            }

            left += isLeft ? 1 : 0;
        }

        Assert.InRange(left, 0, 20);
    }
}
