using Canario.Operator.Metrics;

namespace Canario.Operator.Tests.Metrics;

public sealed class CounterIncreaseTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("5:3", 0)]
    [InlineData("10:3", 0)]
    [InlineData("11:3", 3)]
    [InlineData("5:100 15:107", 7)]
    [InlineData("10:100 15:107", 7)]
    [InlineData("5:100 9:104 15:107 20:109", 5)]
    [InlineData("15:4 20:9", 9)]
    [InlineData("5:100 15:3 20:5", 5)]
    [InlineData("5:100 15:110 20:2 25:1", 13)]
    [InlineData("5:100 8:2 15:6", 4)]
    [InlineData("5:100 15:NaN 20:101", 1)]
    [InlineData("15:0 20:0", 0)]
    public void A_window_from_second_10_counts_what_came_in_it(string samples, double expected) =>
        Assert.Equal(expected, CounterIncrease.Of(Parse(samples), 10));

    [Fact]
    public void Adjacent_windows_add_up_to_the_whole_whatever_resets_there_were()
    {
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            var value = 0.0;
            var samples = new List<MetricSample>();
            for (var t = 1; t <= 50; t++)
            {
                value = random.Next(10) == 0 ? random.Next(5) : value + random.Next(7);
                samples.Add(new MetricSample(t, value));
            }

            var cut = random.Next(1, 50);
            Assert.Equal(
                CounterIncrease.Of(samples, 0),
                CounterIncrease.Of([.. samples.Where(s => s.Time <= cut)], 0) + CounterIncrease.Of(samples, cut));
        }
    }

    private static List<MetricSample> Parse(string samples) =>
        [.. samples.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(s => s.Split(':')).Select(p => new MetricSample(double.Parse(p[0]), p[1] == "NaN" ? double.NaN : double.Parse(p[1])))];
}
