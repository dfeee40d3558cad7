namespace Canario.Rollouts.Tests;

public sealed class AbTestGateTests
{
    static readonly GateSpec Test = new() { Name = AbStrategy.TestGate, Type = GateTypes.ErrorRate, FindsWinner = true, MinSamples = 500, OnFail = OnFail.Alert };

    [Theory]
    [InlineData(2000, 4, 2000, 60, Verdict.Pass)]
    [InlineData(2000, 60, 2000, 4, Verdict.Fail)]
    [InlineData(2000, 20, 2000, 21, Verdict.Inconclusive)]
    [InlineData(2000, 0, 2000, 0, Verdict.Inconclusive)]
    [InlineData(499, 0, 2000, 600, Verdict.InsufficientData)]
    [InlineData(2000, 600, 499, 0, Verdict.InsufficientData)]
    // A tenth of the requests on one side is no disadvantage.
    [InlineData(1000, 2, 9000, 270, Verdict.Pass)]
    public void A_winner_is_named_when_it_is_sure_and_both_sides_were_asked(long candidate, long candidateBad, long stable, long stableBad, Verdict verdict) =>
        Assert.Equal(verdict, GateEvaluators.Evaluate(Test, Plans.Rates(candidate, candidateBad, stable, stableBad), 0.01).Verdict);

    [Fact]
    public void It_says_by_how_much()
    {
        var result = GateEvaluators.Evaluate(Test, Plans.Rates(2000, 20, 2000, 60), 0.01);

        Assert.Equal(1 / 3.0, result.Effect!.Value, 1e-9);
        Assert.InRange(result.EffectLow!.Value, 0.1, 1 / 3.0);
        Assert.InRange(result.EffectHigh!.Value, 1 / 3.0, 1);
        Assert.StartsWith("candidate 1 % failed (20 of 2000), stable 3 % failed (60 of 2000): between ", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sides_that_were_not_served_at_the_same_time_have_no_winner() =>
        Assert.Equal(Verdict.InsufficientData, GateEvaluators.Evaluate(Test, Plans.Rates(2000, 4, 2000, 60, concurrent: false), 0.01).Verdict);

    /// <summary>Looked at after every hundred requests to each side; of 400 tests 20 would be wrong at 5 %, and a fixed-sample test looked at so often would be wrong in about half of them.</summary>
    [Fact]
    public void Where_there_is_no_difference_hardly_a_test_names_a_winner_however_often_it_is_looked_at()
    {
        var random = new SplitMix(1);
        var wrong = 0;
        for (var test = 0; test < 400; test++)
        {
            long candidateBad = 0, stableBad = 0;
            for (var looks = 1; looks <= 100; looks++)
            {
                candidateBad += Failures(random, 100);
                stableBad += Failures(random, 100);
                if (GateEvaluators.Evaluate(Test, Plans.Rates(looks * 100, candidateBad, looks * 100, stableBad), 0.05).Verdict is Verdict.Pass or Verdict.Fail)
                {
                    wrong++;
                    break;
                }
            }
        }

        Assert.InRange(wrong, 0, 20);
    }

    /// <summary>One request in twenty fails.</summary>
    static int Failures(SplitMix random, int requests) => Enumerable.Range(0, requests).Count(_ => random.Next(20) == 0);
}
