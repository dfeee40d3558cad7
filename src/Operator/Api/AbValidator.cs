using Canario.Rollouts;

namespace Canario.Operator.Api;

static class AbValidator
{
    public static void Validate(FieldErrors errors, ModelDeploymentSpec spec)
    {
        if (spec.Strategy.Type != StrategyNames.AB)
        {
            return;
        }

        const string path = "spec.strategy.ab";
        var settings = spec.Strategy.Ab ?? new AbSettings();
        errors.Range($"{path}.weight", settings.Weight, 0, 99);
        errors.OneOf($"{path}.metric", settings.Metric, GateTypes.ErrorRate, GateTypes.Latency);
        errors.OneOf($"{path}.then", settings.Then, nameof(AfterTest.Promote), nameof(AfterTest.Keep));
        errors.Range($"{path}.minSamples", settings.MinSamples, 1, 1_000_000_000);
        if (settings.Metric == GateTypes.Latency)
        {
            GateValidator.ValidateBound(errors, $"{path}.bound", settings.Bound);
        }
        else if (settings.Bound is not null)
        {
            errors.Add($"{path}.bound", settings.Bound, "needs metric Latency");
        }

        errors.Duration($"{path}.minDuration", settings.MinDuration, TimeSpan.Zero, Durations.Longest, "");
        errors.Duration($"{path}.duration", settings.Duration, TimeSpan.FromSeconds(1), Durations.Longest, "must be at least 1s");
        if (Durations.Parse(settings.MinDuration) > Durations.Parse(settings.Duration))
        {
            errors.Add($"{path}.minDuration", settings.MinDuration, $"must be at most spec.strategy.ab.duration, {settings.Duration}");
        }

        if (settings.Weight == 0 && spec.Traffic.Matches.All(match => match.Target != MatchTargets.Candidate))
        {
            errors.Add($"{path}.weight", settings.Weight, "must be from 1 to 99 where spec.traffic.matches sends no request to the candidate: it would never get one");
        }

        for (var i = 0; i < Math.Min(spec.Gates.Count, Limits.Gates); i++)
        {
            if (spec.Gates[i].Name == AbStrategy.TestGate)
            {
                errors.Add($"spec.gates[{i}].name", spec.Gates[i].Name, "must be another one with strategy AB: the test itself stands in status under that name");
            }
        }
    }
}
