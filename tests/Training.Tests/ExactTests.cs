using Canario.Training.Learning;

namespace Canario.Training.Tests;

public sealed class ExactTests
{
    [Fact]
    public void The_exponential_agrees_with_the_C_library_to_a_few_units_in_the_last_place()
    {
        for (var x = -60.0; x <= 60; x += 0.0371)
            Assert.InRange(Exact.Exp(x) / Math.Exp(x), 1 - 1e-13, 1 + 1e-13);
    }

    [Fact]
    public void A_softmax_sums_to_one_and_keeps_the_order_even_of_large_scores()
    {
        double[] values = [1000, 1001, -1000];
        Exact.Softmax(values);
        Assert.Equal(1, values.Sum(), 12);
        Assert.True(values[1] > values[0] && values[0] > values[2]);
    }
}
