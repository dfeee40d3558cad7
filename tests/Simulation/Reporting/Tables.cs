using System.Globalization;
using System.Text;

namespace Canario.Simulation;

static class Tables
{
    public static void Write(StringBuilder text, IEnumerable<Tally> tallies)
    {
        text.Append("\n| scenario | | rolled back | promoted | held | bad exposed | median time | on < 100 |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (var scenario in tallies.GroupBy(tally => tally.Scenario))
        {
            var name = Names.Of(scenario.Key);
            foreach (var tally in scenario)
            {
                var interval = tally.RolledBackInterval;
                text.Append(CultureInfo.InvariantCulture, $"| {name} | {tally.Contestant.Name} | {Percent(tally.RolledBackShare)} ({100 * interval.Low:0.#}–{100 * interval.High:0.#}) | {Percent(tally.PromotedShare)} | ")
                    .Append(CultureInfo.InvariantCulture, $"{Percent((double)tally.Held / tally.Rollouts)} | {tally.ExposedBad:0.0} | {Names.Time(tally.MedianTime)} | {tally.WithoutSamples} |\n");
                name = "";
            }
        }
    }

    static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.#} %");
}
