namespace Canario.Rollouts.Tests;

public sealed class QueryGateTests
{
    static readonly GateSpec Between = new() { Name = "queue", Type = GateTypes.Query, Query = "q", MinValue = -1, MaxValue = 2.5 };

    [Theory]
    [InlineData(2.5, Verdict.Pass, "The query's value is 2.5.")]
    [InlineData(-1, Verdict.Pass, "The query's value is -1.")]
    [InlineData(2.6, Verdict.Fail, "The query's value is 2.6, above the bound of 2.5.")]
    [InlineData(-1.25, Verdict.Fail, "The query's value is -1.25, below the bound of -1.")]
    [InlineData(double.PositiveInfinity, Verdict.Fail, "The query's value is Infinity, above the bound of 2.5.")]
    [InlineData(double.NaN, Verdict.InsufficientData, "The query's value is NaN.")]
    public void A_value_is_judged_by_its_bounds(double value, Verdict verdict, string message)
    {
        var result = Judge(Between, new ValueMeasurement(value));

        Assert.Equal((verdict, message), (result.Verdict, result.Message));
        Assert.Equal(double.IsFinite(value) ? value : null, result.Value);
    }

    [Fact]
    public void One_bound_is_enough()
    {
        Assert.Equal(Verdict.Pass, Judge(Between with { MaxValue = null }, new ValueMeasurement(1e9)).Verdict);
        Assert.Equal(Verdict.Pass, Judge(Between with { MinValue = null }, new ValueMeasurement(-1e9)).Verdict);
    }

    [Fact]
    public void What_is_no_number_is_not_judged()
    {
        Assert.Equal(Verdict.InsufficientData, Judge(Between, NoData.Instance).Verdict);
        Assert.Equal(Verdict.ProviderUnavailable, Judge(Between, new ProviderError("refused")).Verdict);
        Assert.Equal(Verdict.ProviderUnavailable, Judge(Between, Plans.Good).Verdict);
    }

    static GateResult Judge(GateSpec gate, Measurement measurement) => GateEvaluators.Evaluate(gate, measurement, 0.01);
}
