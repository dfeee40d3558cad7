using System.Globalization;
using Canario.Rollouts;

namespace Canario.Simulation;

/// <summary>The page's pictures, by file name.</summary>
static class Charts
{
    public static IReadOnlyDictionary<string, string> Build(IReadOnlyList<Tally> tallies) => new Dictionary<string, string>
    {
        ["decision-quality-false-rollbacks.svg"] = FalseRollbacks(tallies),
        ["decision-quality-exposed.svg"] = Exposed(tallies),
        ["decision-quality-missed.svg"] = Missed(tallies),
    };

    static string FalseRollbacks(IReadOnlyList<Tally> tallies)
    {
        var chart = new BarChart("Good versions rolled back (1 % errors on both sides)", "% of rollouts", ByRate, ContestantNames)
        {
            High = 100,
            Ticks = [0, 20, 40, 60, 80, 100],
            Line = (1, "what alpha = 0.01 allows"),
        };
        Fill(chart, tallies, Scenario.BaseShare, tally => (100 * tally.RolledBackShare, Number(100 * tally.RolledBackShare), 100 * tally.RolledBackInterval.Low, 100 * tally.RolledBackInterval.High));
        return chart.Draw();
    }

    static string Exposed(IReadOnlyList<Tally> tallies)
    {
        var chart = new BarChart("Bad requests until a large regression is taken back (1 % to 5 % errors; mean)", "bad requests", ByRate, ContestantNames)
        {
            Logarithmic = true,
            Low = 0.1,
            High = 100_000,
            Ticks = [0.1, 1, 10, 100, 1000, 10_000, 100_000],
            Line = (LeastBadRequests, string.Create(CultureInfo.InvariantCulture, $"{LeastBadRequests:0.0}: least that any rule with 1 % false rollbacks needs on average, which knows both shares")),
        };
        Fill(chart, tallies, Scenarios.Large, tally => (tally.ExposedBad, Number(tally.ExposedBad), null, null));
        return chart.Draw();
    }

    static string Missed(IReadOnlyList<Tally> tallies)
    {
        var chart = new BarChart("Large regressions promoted (1 % to 5 % errors)", "% of rollouts", ByRate, ContestantNames) { High = 100, Ticks = [0, 20, 40, 60, 80, 100] };
        Fill(chart, tallies, Scenarios.Large, tally => (100 * tally.PromotedShare, Number(100 * tally.PromotedShare), null, null));
        return chart.Draw();
    }

    /// <summary>A. Wald's bound of a sequential test's mean length (Annals of Mathematical Statistics 16, 1945): ln(1/α) over the information of a request; times the bad ones among them.</summary>
    public static double LeastBadRequests
    {
        get
        {
            const double p = Scenarios.Large;
            var information = p * Math.Log(p / Scenario.BaseShare) + (1 - p) * Math.Log((1 - p) / (1 - Scenario.BaseShare));
            return p * Math.Log(100) / information;
        }
    }

    static IReadOnlyList<string> ByRate => [.. Scenarios.Rates.Select(rate => string.Create(CultureInfo.InvariantCulture, $"{rate:0.##} requests/s"))];

    static IReadOnlyList<string> ContestantNames => [.. Contestants.All.Select(contestant => contestant.Name)];

    static void Fill(BarChart chart, IReadOnlyList<Tally> tallies, double share, Func<Tally, (double Value, string Label, double? Low, double? High)> read)
    {
        for (var group = 0; group < Scenarios.Rates.Count; group++)
        {
            var scenario = new Scenario { GateType = GateTypes.ErrorRate, RequestsPerSecond = Scenarios.Rates[group], CandidateShare = share };
            for (var series = 0; series < Contestants.All.Count; series++)
            {
                var (value, label, low, high) = read(tallies.First(tally => tally.Scenario == scenario && tally.Contestant == Contestants.All[series]));
                chart.Add(group, series, value, label, low, high);
            }
        }
    }

    static string Number(double value) => value.ToString(value is > 0 and < 10 ? "0.#" : "0", CultureInfo.InvariantCulture);
}
