namespace Canario.Rollouts.Tests;

/// <summary>A smaller `make simulate`: what must hold of decisions, at every traffic level.</summary>
public sealed class DecisionQualityTests
{
    [Fact]
    public void What_must_hold_of_decisions_does()
    {
        var scenarios = Scenarios.All.Where(scenario => scenario.CandidateShare is Scenario.BaseShare or Scenarios.Large).ToArray();
        var requirements = Requirements.Check(Experiment.Run(scenarios, Contestants.All, rollouts: 60, seed: 2));
        Assert.Equal(19, requirements.Count);
        Assert.All(requirements, requirement => Assert.True(requirement.Holds, $"{requirement.What}: {requirement.Figures}"));
    }

    [Fact]
    public void Equal_seeds_give_equal_pages()
    {
        string Run() => Report.Build([.. Experiment.Run([.. Scenarios.Errors.Where(scenario => scenario.RequestsPerSecond == 500)], Contestants.All, rollouts: 5, seed: 3)], [], 5, 3);
        Assert.Equal(Run(), Run());
    }

    [Fact]
    public void Requests_are_as_many_and_as_bad_as_they_should_be()
    {
        foreach (var mean in new[] { 0.3, 9.0, 11.0, 400.0 })
        {
            var random = new SplitMix(5);
            long sum = 0, squares = 0;
            const int Draws = 40_000;
            for (var i = 0; i < Draws; i++)
            {
                var drawn = random.NextPoisson(mean);
                sum += drawn;
                squares += drawn * drawn;
            }

            // A Poisson's mean and variance are the same number; four standard errors of each.
            var average = (double)sum / Draws;
            Assert.InRange(average, mean - 4 * Math.Sqrt(mean / Draws), mean + 4 * Math.Sqrt(mean / Draws));
            Assert.InRange((double)squares / Draws - average * average, mean * 0.95, mean * 1.05);
        }
    }

    [Fact]
    public void Competitors_do_with_no_data_what_their_sources_say()
    {
        var (argo, flagger) = (Run(Contestants.ArgoRollouts), Run(Contestants.Flagger));
        Assert.Equal((Ending.RolledBack, TimeSpan.FromSeconds(640)), (argo.Ending, argo.After)); // Four pauses of 10 s after the first error at 10 min.
        Assert.Equal((Ending.RolledBack, TimeSpan.FromMinutes(11)), (flagger.Ending, flagger.After)); // Ten failed checks, and the round after them.
        Assert.Equal(Ending.Held, Run(Contestants.Documented).Ending);

        static Outcome Run(IContestant contestant) => contestant.Run(Scenarios.NoTraffic, new SplitMix(1));
    }

    [Fact]
    public void A_counters_increase_leaves_out_what_was_before_its_first_sample()
    {
        var counter = new ScrapedCounter();
        counter.Scrape(TimeSpan.FromSeconds(5), 0, exists: false);
        Assert.Null(counter.Increase(TimeSpan.FromSeconds(6), TimeSpan.FromMinutes(1)));
        counter.Scrape(TimeSpan.FromSeconds(10), 3, exists: true);
        Assert.Null(counter.Increase(TimeSpan.FromSeconds(11), TimeSpan.FromMinutes(1)));
        counter.Scrape(TimeSpan.FromSeconds(15), 7, exists: true);
        counter.Scrape(TimeSpan.FromSeconds(20), 9, exists: true);
        Assert.Equal(6, counter.Increase(TimeSpan.FromSeconds(21), TimeSpan.FromMinutes(1)));
        Assert.Equal(2, counter.LastIncrease(TimeSpan.FromSeconds(21), TimeSpan.FromMinutes(1)));
        Assert.Null(counter.Increase(TimeSpan.FromSeconds(75), TimeSpan.FromMinutes(1)));
    }
}
