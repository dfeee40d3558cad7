using Canario.Rollouts;

namespace Canario.Operator.Api;

static class StrategyValidator
{
    public static void Validate(FieldErrors errors, StrategySettings strategy, int replicas, IReadOnlyList<GateSettings> all)
    {
        const string path = "spec.strategy";
        errors.OneOf($"{path}.type", strategy.Type, [.. RolloutStrategies.Names]);
        var gates = all.Select(gate => gate.Name).ToHashSet(StringComparer.Ordinal);
        if (!GoesOnAsCanary(strategy))
        {
            ValidateOwner(errors, $"{path}.canary", strategy.Canary, StrategyNames.Canary, strategy.Type);
        }

        ValidateOwner(errors, $"{path}.blueGreen", strategy.BlueGreen, StrategyNames.BlueGreen, strategy.Type);
        ValidateOwner(errors, $"{path}.rollingUpdate", strategy.RollingUpdate, StrategyNames.RollingUpdate, strategy.Type);
        ValidateOwner(errors, $"{path}.shadow", strategy.Shadow, StrategyNames.Shadow, strategy.Type);
        ValidateOwner(errors, $"{path}.ab", strategy.Ab, StrategyNames.AB, strategy.Type);
        ValidateSteps(errors, $"{path}.canary.steps", strategy.Canary?.Steps ?? [], gates);
        ValidateShadow(errors, $"{path}.shadow", strategy.Shadow ?? new ShadowSettings(), gates);
        ValidateMeasured(errors, strategy, all);
        ValidateHold(errors, $"{path}.blueGreen.hold", strategy.BlueGreen?.Hold);
        if (strategy.Type == StrategyNames.RollingUpdate)
        {
            ValidateRollingUpdate(errors, $"{path}.rollingUpdate", strategy.RollingUpdate ?? new RollingUpdateSettings(), replicas);
        }
    }

    static bool GoesOnAsCanary(StrategySettings strategy) =>
        strategy.Type == StrategyNames.Shadow && (strategy.Shadow?.Then ?? nameof(AfterShadow.Canary)) == nameof(AfterShadow.Canary);

    static void ValidateShadow(FieldErrors errors, string path, ShadowSettings shadow, HashSet<string> gates)
    {
        errors.OneOf($"{path}.then", shadow.Then, nameof(AfterShadow.Canary), nameof(AfterShadow.Promote), nameof(AfterShadow.Drop));
        errors.Count($"{path}.steps", shadow.Steps.Count, Limits.Steps);
        for (var i = 0; i < Math.Min(shadow.Steps.Count, Limits.Steps); i++)
        {
            var step = $"{path}.steps[{i}]";
            errors.Range($"{step}.percent", shadow.Steps[i].Percent, 1, 100);
            ValidateHold(errors, $"{step}.hold", shadow.Steps[i].Hold);
            ValidateGates(errors, $"{step}.gates", shadow.Steps[i].Gates ?? [], gates);
        }
    }

    /// <summary>A gate that is never measured would hold its step until the deadline, and then for good.</summary>
    static void ValidateMeasured(FieldErrors errors, StrategySettings strategy, IReadOnlyList<GateSettings> all)
    {
        for (var i = 0; i < Math.Min(all.Count, Limits.Gates) && strategy.Type != StrategyNames.Shadow; i++)
        {
            if (!GateTypes.SeesTraffic(all[i].Type))
            {
                errors.Add($"spec.gates[{i}].type", all[i].Type, $"needs strategy {StrategyNames.Shadow}, but the strategy is {strategy.Type}: it compares answers to copies");
            }
        }

        ValidateSeen("spec.strategy.shadow.steps", strategy.Shadow?.Steps.Select(step => step.Gates), GateTypes.SeesCopies, "of the requests of users, and the step has only copies");
        ValidateSeen("spec.strategy.canary.steps", strategy.Canary?.Steps.Select(step => step.Gates), GateTypes.SeesTraffic, "of copies, and the step has none");

        void ValidateSeen(string path, IEnumerable<IReadOnlyList<string>?>? steps, Func<string, bool> isSeen, string what)
        {
            foreach (var (step, names) in (steps ?? []).Take(Limits.Steps).Index())
            {
                foreach (var (at, name) in (names ?? []).Take(Limits.Gates).Index())
                {
                    if (all.FirstOrDefault(gate => gate.Name == name) is { } gate && !isSeen(gate.Type))
                    {
                        errors.Add($"{path}[{step}].gates[{at}]", name, $"must be measured in the step, but {gate.Type} is {what}");
                    }
                }
            }
        }
    }

    static void ValidateOwner(FieldErrors errors, string path, object? settings, string owner, string type)
    {
        if (settings is not null && type != owner)
        {
            errors.Add(path, null, $"needs type {owner}{(owner == StrategyNames.Canary ? $", or {StrategyNames.Shadow} with then: {nameof(AfterShadow.Canary)}" : "")}, but the type is {type}");
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
