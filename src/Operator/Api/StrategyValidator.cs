using Canario.Rollouts;

namespace Canario.Operator.Api;

static class StrategyValidator
{
    public static void Validate(FieldErrors errors, StrategySettings strategy, HashSet<string> gates)
    {
        const string path = "spec.strategy";
        errors.OneOf($"{path}.type", strategy.Type, StrategyNames.Canary, StrategyNames.BlueGreen);
        if (strategy.Canary is not null && strategy.Type == StrategyNames.BlueGreen)
        {
            errors.Add($"{path}.canary", null, "needs type Canary, but the type is BlueGreen");
        }

        if (strategy.BlueGreen is not null && strategy.Type == StrategyNames.Canary)
        {
            errors.Add($"{path}.blueGreen", null, "needs type BlueGreen, but the type is Canary");
        }

        ValidateSteps(errors, $"{path}.canary.steps", strategy.Canary?.Steps ?? [], gates);
        ValidateHold(errors, $"{path}.blueGreen.hold", strategy.BlueGreen?.Hold);
    }

    static void ValidateSteps(FieldErrors errors, string path, IReadOnlyList<CanaryStepSettings> steps, HashSet<string> gates)
    {
        errors.Count(path, steps.Count, Limits.Steps);
        for (var i = 0; i < Math.Min(steps.Count, Limits.Steps); i++)
        {
            var step = $"{path}[{i}]";
            errors.Range($"{step}.weight", steps[i].Weight, 0, 100);
            if (i > 0 && steps[i].Weight <= steps[i - 1].Weight)
            {
                errors.Add($"{step}.weight", steps[i].Weight, $"must be greater than {steps[i - 1].Weight}, the weight of the step before it");
            }

            ValidateHold(errors, $"{step}.hold", steps[i].Hold);
            ValidateGates(errors, $"{step}.gates", steps[i].Gates ?? [], gates);
        }
    }

    static void ValidateGates(FieldErrors errors, string path, IReadOnlyList<string> names, HashSet<string> gates)
    {
        errors.Count(path, names.Count, Limits.Gates);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Math.Min(names.Count, Limits.Gates); i++)
        {
            if (!gates.Contains(names[i]))
            {
                errors.Add($"{path}[{i}]", names[i], gates.Count == 0 ? "must be the name of a gate, but spec.gates is empty" : $"must be one of spec.gates: {string.Join(", ", gates.Take(Limits.Gates))}");
            }
            else if (!seen.Add(names[i]))
            {
                errors.Add($"{path}[{i}]", names[i], "must be listed once");
            }
        }
    }

    static void ValidateHold(FieldErrors errors, string path, HoldSettings? hold)
    {
        errors.Duration($"{path}.duration", hold?.Duration, TimeSpan.Zero, Durations.Longest, "");
        errors.Duration($"{path}.deadline", hold?.Deadline, TimeSpan.FromSeconds(1), Durations.Longest, "must be at least 1s");
    }
}
