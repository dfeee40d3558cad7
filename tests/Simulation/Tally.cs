using Canario.Statistics;

namespace Canario.Simulation;

/// <summary>What came of many rollouts of one contestant in one scenario.</summary>
sealed class Tally
{
    readonly Outcome[] byTime;

    public Tally(Scenario scenario, IContestant contestant, IReadOnlyCollection<Outcome> outcomes)
    {
        Scenario = scenario;
        Contestant = contestant;
        byTime = [.. outcomes.OrderBy(outcome => outcome.After)];
    }

    public Scenario Scenario { get; }

    public IContestant Contestant { get; }

    public int Rollouts => byTime.Length;

    public int RolledBack => Count(Ending.RolledBack);

    public int Promoted => Count(Ending.Promoted);

    public int Held => Count(Ending.Held);

    public double RolledBackShare => (double)RolledBack / Rollouts;

    public double PromotedShare => (double)Promoted / Rollouts;

    /// <summary>Clopper and Pearson's, 95 %.</summary>
    public Interval RolledBackInterval => ProportionIntervals.ClopperPearson(RolledBack, Rollouts, 0.95);

    /// <summary>Mean over all rollouts, those that noticed nothing included.</summary>
    public double ExposedBad => byTime.Average(outcome => outcome.ExposedBad);

    public double Exposed => byTime.Average(outcome => outcome.Exposed);

    public int WithoutSamples => byTime.Count(outcome => outcome is { WithoutSamples: true, Ending: Ending.Promoted });

    /// <summary>Until it was promoted or rolled back; null: more than half were neither in the longest time watched.</summary>
    public TimeSpan? MedianTime
    {
        get
        {
            // Those that are held come last: they would decide later, if ever.
            var decided = byTime.Where(outcome => outcome.Ending != Ending.Held).ToArray();
            return decided.Length > Rollouts / 2 ? decided[Rollouts / 2].After : null;
        }
    }

    int Count(Ending ending) => byTime.Count(outcome => outcome.Ending == ending);
}
