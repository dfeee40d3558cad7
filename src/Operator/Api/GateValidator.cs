using System.Globalization;
using Canario.Contract;
using Canario.Rollouts;

namespace Canario.Operator.Api;

static class GateValidator
{
    public static void Validate(FieldErrors errors, IReadOnlyList<GateSettings> gates)
    {
        errors.Count("spec.gates", gates.Count, Limits.Gates);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Math.Min(gates.Count, Limits.Gates); i++)
        {
            var path = $"spec.gates[{i}]";
            var named = errors.Text($"{path}.name", gates[i].Name, @"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z", 63, "must consist of lower-case letters, digits and '-'", required: true);
            if (named && !seen.Add(gates[i].Name))
            {
                errors.Add($"{path}.name", gates[i].Name, "must be unique in spec.gates");
            }

            ValidateGate(errors, path, gates[i]);
        }
    }

    static void ValidateGate(FieldErrors errors, string path, GateSettings gate)
    {
        errors.OneOf($"{path}.type", gate.Type, GateTypes.ErrorRate, GateTypes.Latency, GateTypes.FeatureDrift, GateTypes.PredictionDrift, GateTypes.ShadowAgreement);
        errors.OneOf($"{path}.statistic", gate.Statistic, nameof(DriftStatistic.Psi), nameof(DriftStatistic.KolmogorovSmirnov));
        errors.OneOf($"{path}.onFail", gate.OnFail, nameof(OnFail.Rollback), nameof(OnFail.Hold), nameof(OnFail.Alert));
        errors.OneOf($"{path}.onInsufficientData", gate.OnInsufficientData,
            nameof(OnInsufficientData.Wait), nameof(OnInsufficientData.Pass), nameof(OnInsufficientData.Rollback));
        errors.Range($"{path}.minSamples", gate.MinSamples, 1, 1_000_000_000);
        errors.Range($"{path}.maxRatioToStable", gate.MaxRatioToStable, 1, 1000);

        var isRate = gate.Type is GateTypes.ErrorRate or GateTypes.Latency;
        var isDrift = gate.Type is GateTypes.FeatureDrift or GateTypes.PredictionDrift;
        var isShadow = gate.Type is GateTypes.ShadowAgreement;
        var isShare = isRate || isShadow || gate.Statistic == nameof(DriftStatistic.KolmogorovSmirnov);
        errors.Range($"{path}.max", gate.Max, 0, isShare ? 1 : 100);
        if (isRate && gate.Max is null && gate.MaxRatioToStable is null)
        {
            errors.Add(path, null, $"type {gate.Type} needs max (a share from 0 to 1), maxRatioToStable (such as 1.5) or both");
        }

        errors.Range($"{path}.maxMeanDifference", gate.MaxMeanDifference, 0, 1e12);
        if (isShadow && gate.Max is null && gate.MaxMeanDifference is null)
        {
            errors.Add(path, null, $"type {gate.Type} needs max (a share from 0 to 1), maxMeanDifference or both");
        }

        Only(errors, $"{path}.maxMeanDifference", gate.MaxMeanDifference, isShadow, "needs type ShadowAgreement");
        Only(errors, $"{path}.maxRatioToStable", gate.MaxRatioToStable, !isDrift && !isShadow, "needs type ErrorRate or Latency");
        Only(errors, $"{path}.statistic", gate.Statistic, !isRate && !isShadow, "needs type PredictionDrift or FeatureDrift");
        Only(errors, $"{path}.features", gate.Features is { Count: > 0 } names ? string.Join(", ", names.Take(3)) : null, gate.Type is GateTypes.FeatureDrift, "needs type FeatureDrift");
        errors.Count($"{path}.features", gate.Features?.Count ?? 0, Limits.Features);
        ValidateBound(errors, $"{path}.bound", gate);
    }

    static void ValidateBound(FieldErrors errors, string path, GateSettings gate)
    {
        if (gate.Type != GateTypes.Latency)
        {
            Only(errors, path, gate.Bound, false, "needs type Latency");
            return;
        }

        if (gate.Bound is null || Durations.Parse(gate.Bound) is not { } bound || !LatencyBuckets.Seconds.Contains(bound.TotalSeconds))
        {
            errors.Add(path, gate.Bound, $"must be one of the histogram's bounds, {string.Join(", ", LatencyBuckets.Seconds.Select(Text))}: the share of slower requests is exact only there");
        }
    }

    static void Only(FieldErrors errors, string path, object? value, bool allowed, string needs)
    {
        if (value is not null && !allowed)
        {
            errors.Add(path, value, needs);
        }
    }

    static string Text(double seconds) =>
        seconds < 1 ? string.Create(CultureInfo.InvariantCulture, $"{Math.Round(seconds * 1000)}ms") : string.Create(CultureInfo.InvariantCulture, $"{seconds}s");
}
