using Canario.Rollouts;

namespace Canario.Operator.Api;

static class StrategyValidator
{
    public static void Validate(FieldErrors errors, StrategySettings strategy, int replicas, HashSet<string> gates)
    {
        const string path = "spec.strategy";
        errors.OneOf($"{path}.type", strategy.Type, StrategyNames.Canary, StrategyNames.BlueGreen, StrategyNames.RollingUpdate, StrategyNames.Recreate);
        ValidateOwner(errors, $"{path}.canary", strategy.Canary, StrategyNames.Canary, strategy.Type);
        ValidateOwner(errors, $"{path}.blueGreen", strategy.BlueGreen, StrategyNames.BlueGreen, strategy.Type);
        ValidateOwner(errors, $"{path}.rollingUpdate", strategy.RollingUpdate, StrategyNames.RollingUpdate, strategy.Type);
        ValidateSteps(errors, $"{path}.canary.steps", strategy.Canary?.Steps ?? [], gates);
        ValidateHold(errors, $"{path}.blueGreen.hold", strategy.BlueGreen?.Hold);
        if (strategy.Type == StrategyNames.RollingUpdate)
        {
            ValidateRollingUpdate(errors, $"{path}.rollingUpdate", strategy.RollingUpdate ?? new RollingUpdateSettings(), replicas);
        }
    }

    static void ValidateOwner(FieldErrors errors, string path, object? settings, string owner, string type)
    {
        if (settings is not null && type != owner)
        {
            errors.Add(path, null, $"needs type {owner}, but the type is {type}");
        }
    }

    static void ValidateRollingUpdate(FieldErrors errors, string path, RollingUpdateSettings settings, int replicas)
    {
        if (replicas > RollingUpdateStrategy.MaxReplicas)
        {
            errors.Add("spec.replicas", replicas, $"may be at most {RollingUpdateStrategy.MaxReplicas} with strategy RollingUpdate: weights are whole per cents, so one pod of more could not have its share");
        }

        if (PodCounts.Resolve(settings.MaxSurge, replicas, roundUp: true) is not (>= 1 and <= Limits.Replicas))
        {
            errors.Add($"{path}.maxSurge", settings.MaxSurge, $"must be from 1 to {Limits.Replicas}, or from 1% to 100%: a new pod is ready before an old one goes; use Recreate where there is no room for one more");
        }

        if (PodCounts.Resolve(settings.MaxUnavailable, replicas, roundUp: false) is not (>= 0 and <= Limits.Replicas))
        {
            errors.Add($"{path}.maxUnavailable", settings.MaxUnavailable, $"must be from 0 to {Limits.Replicas}, or from 0% to 100%");
        }

        ValidateHold(errors, $"{path}.hold", settings.Hold);
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
