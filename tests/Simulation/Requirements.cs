using System.Globalization;
using Canario.Statistics;

namespace Canario.Simulation;

/// <summary>What must hold of Canario's decisions; the command's exit code.</summary>
static class Requirements
{
    const double Alpha = 0.01;

    /// <summary>A rule that takes fewer large regressions back than this does not find them: how few bad requests it lets through says nothing then.</summary>
    public const double Finds = 0.9;

    public static IReadOnlyList<Requirement> Check(IReadOnlyList<Tally> tallies) =>
    [
        .. tallies.Where(tally => tally is { Contestant: CanarioContestant, Scenario.HasEffect: false }).GroupBy(tally => tally.Contestant).SelectMany(FalseRollbacks),
        .. tallies.Where(tally => tally.Contestant == Contestants.Documented && tally.Scenario.CandidateShare == Scenarios.Large).SelectMany(tally => LargeRegression(tally, tallies)),
        Samples([.. tallies.Where(tally => tally.Contestant is CanarioContestant)]),
    ];

    /// <summary>The fastest competitor that finds the same regression at the same traffic; null: none does.</summary>
    public static Tally? Best(Tally canario, IReadOnlyList<Tally> tallies) => tallies
        .Where(other => other.Scenario == canario.Scenario && other.Contestant is not CanarioContestant && other.RolledBackShare >= Finds)
        .MinBy(other => other.ExposedBad);

    /// <summary>The same contestant at the same traffic, without an effect.</summary>
    public static Tally WithoutEffect(Tally tally, IReadOnlyList<Tally> tallies) =>
        tallies.First(other => other.Contestant == tally.Contestant && other.Scenario == tally.Scenario with { CandidateShare = Scenario.BaseShare });

    static IEnumerable<Requirement> FalseRollbacks(IGrouping<IContestant, Tally> tallies)
    {
        var worst = tallies.MaxBy(tally => tally.RolledBackShare)!;
        yield return new Requirement(
            $"{tallies.Key.Name}: with no effect at most 1 % are rolled back, in every scenario",
            worst.RolledBackShare <= Alpha,
            Text($"at most {worst.RolledBack} of {worst.Rollouts}, {Names.Of(worst.Scenario)}"));
        var (rolledBack, rollouts) = (tallies.Sum(tally => tally.RolledBack), tallies.Sum(tally => tally.Rollouts));
        var interval = ProportionIntervals.ClopperPearson(rolledBack, rollouts, 0.95);
        yield return new Requirement(
            $"{tallies.Key.Name}: over all of them it is below 1 % also at the upper end of the 95 % interval",
            interval.High <= Alpha,
            Text($"{rolledBack} of {rollouts}, {100 * interval.Low:0.##} to {100 * interval.High:0.##} %"));
    }

    static IEnumerable<Requirement> LargeRegression(Tally canario, IReadOnlyList<Tally> tallies)
    {
        var where = Names.Of(canario.Scenario);
        if (Best(canario, tallies) is not { } best)
        {
            yield return new Requirement(
                $"{where}: no competitor's rule finds it; Canario promotes none",
                canario.Promoted == 0,
                Text($"{canario.Promoted} promoted, {100 * canario.RolledBackShare:0} % rolled back within {Contestants.Longest.TotalHours:0} h, the others held"));
            yield break;
        }

        yield return new Requirement(
            $"{where}: at most half of the bad requests of the better competitor",
            canario.ExposedBad <= best.ExposedBad / 2 && canario.RolledBackShare >= Finds,
            Text($"{canario.ExposedBad:0.0} against {best.ExposedBad:0.0} of {best.Contestant.Name}, {canario.ExposedBad / best.ExposedBad:0.00} times"));
        var (own, its) = (WithoutEffect(canario, tallies), WithoutEffect(best, tallies));
        // Of two rare events the one that is as rare may come out as the more frequent one: higher is what is surely higher.
        yield return new Requirement(
            $"{where}: at no higher share of false rollbacks than it",
            own.RolledBackShare <= its.RolledBackShare || own.RolledBackInterval.Low <= its.RolledBackInterval.High,
            Text($"{100 * own.RolledBackShare:0.##} % against {100 * its.RolledBackShare:0.##} %"));
    }

    static Requirement Samples(IReadOnlyList<Tally> tallies) => new(
        $"Canario: no step is left and nothing promoted on fewer than minSamples ({Contestants.MinSamples}) requests",
        tallies.All(tally => tally.WithoutSamples == 0) && tallies.Where(tally => tally.Scenario.RequestsPerSecond == 0).All(tally => tally.Promoted == 0),
        Text($"{tallies.Sum(tally => tally.WithoutSamples)} of {tallies.Sum(tally => tally.Promoted)} promotions"));

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
