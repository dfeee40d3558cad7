using System.Globalization;
using Canario.Contract;
using Canario.Rollouts;

namespace Canario.Operator.Api;

static class GateValidator
{
    public static void Validate(FieldErrors errors, IReadOnlyList<GateSettings> gates, string? source)
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

            if (gates[i].Type == GateTypes.Query && source == MetricSourceNames.Direct)
            {
                errors.Add($"{path}.type", gates[i].Type, "needs a Prometheus to ask: spec.metrics.source is Direct");
            }

            ValidateGate(errors, path, gates[i]);
        }
    }

    static void ValidateGate(FieldErrors errors, string path, GateSettings gate)
    {
        errors.OneOf($"{path}.type", gate.Type, GateTypes.ErrorRate, GateTypes.Latency, GateTypes.FeatureDrift, GateTypes.PredictionDrift, GateTypes.ShadowAgreement, GateTypes.Confidence, GateTypes.Quality, GateTypes.Query);
        errors.OneOf($"{path}.statistic", gate.Statistic, nameof(DriftStatistic.Psi), nameof(DriftStatistic.KolmogorovSmirnov));
        errors.OneOf($"{path}.onFail", gate.OnFail, nameof(OnFail.Rollback), nameof(OnFail.Hold), nameof(OnFail.Alert));
        errors.OneOf($"{path}.onInsufficientData", gate.OnInsufficientData,
            nameof(OnInsufficientData.Wait), nameof(OnInsufficientData.Pass), nameof(OnInsufficientData.Rollback));
        errors.Range($"{path}.minSamples", gate.MinSamples, 1, 1_000_000_000);
        errors.Range($"{path}.maxRatioToStable", gate.MaxRatioToStable, 1, 1000);

        errors.Range($"{path}.maxMeanDifference", gate.MaxMeanDifference, 0, 1e12);
        errors.Count($"{path}.features", gate.Features?.Count ?? 0, Limits.Features);
        if (!GateEvaluators.Names.Contains(gate.Type))
        {
            return;
        }

        Only(errors, path, "maxRatioToStable", gate.MaxRatioToStable, gate.Type, GateTypes.ErrorRate, GateTypes.Latency, GateTypes.Quality);
        Only(errors, path, "maxMeanDifference", gate.MaxMeanDifference, gate.Type, GateTypes.ShadowAgreement);
        Only(errors, path, "statistic", gate.Statistic, gate.Type, GateTypes.PredictionDrift, GateTypes.FeatureDrift);
        Only(errors, path, "features", gate.Features is { Count: > 0 } names ? string.Join(", ", names.Take(3)) : null, gate.Type, GateTypes.FeatureDrift);
        Only(errors, path, "query", gate.Query, gate.Type, GateTypes.Query);
        Only(errors, path, "min", gate.Min, gate.Type, GateTypes.ShadowAgreement, GateTypes.Quality, GateTypes.Query);
        Only(errors, path, "bound", gate.Bound, gate.Type, GateTypes.Latency);
        switch (gate.Type)
        {
            case GateTypes.ErrorRate:
                ValidateShare(errors, path, gate, gate.MaxRatioToStable, "maxRatioToStable (such as 1.5)");
                break;
            case GateTypes.Latency:
                ValidateShare(errors, path, gate, gate.MaxRatioToStable, "maxRatioToStable (such as 1.5)");
                ValidateBound(errors, $"{path}.bound", gate.Bound);
                break;
            case GateTypes.ShadowAgreement:
                ValidateShare(errors, path, gate, gate.MaxMeanDifference ?? gate.Min, "maxMeanDifference, min (the lowest rank correlation, from 0 to 1)");
                errors.Range($"{path}.min", gate.Min, 0, 1);
                break;
            case GateTypes.Confidence:
                errors.Range($"{path}.max", gate.Max, 0, 1);
                if (gate.Max is null)
                {
                    errors.Add($"{path}.max", null, "is required: the largest drop of the mean confidence against stable that is allowed, from 0 to 1, such as 0.05");
                }

                break;
            case GateTypes.Quality:
                ValidateQuality(errors, path, gate);
                break;
            case GateTypes.Query:
                ValidateQuery(errors, path, gate);
                break;
            default:
                errors.Range($"{path}.max", gate.Max, 0, gate.Statistic == nameof(DriftStatistic.KolmogorovSmirnov) ? 1 : 100);
                break;
        }
    }

    /// <summary>A share of requests, and the other bound that may stand in its place.</summary>
    static void ValidateShare(FieldErrors errors, string path, GateSettings gate, double? other, string otherName)
    {
        errors.Range($"{path}.max", gate.Max, 0, 1);
        if (gate.Max is null && other is null)
        {
            errors.Add(path, null, $"type {gate.Type} needs max (a share from 0 to 1), {otherName} or {(gate.Type == GateTypes.ShadowAgreement ? "some of them" : "both")}");
        }
    }

    static void ValidateQuality(FieldErrors errors, string path, GateSettings gate)
    {
        errors.Range($"{path}.min", gate.Min, 0, 1);
        errors.Range($"{path}.max", gate.Max, 0, 1e12);
        if (gate is { Min: null, Max: null, MaxRatioToStable: null })
        {
            errors.Add(path, null, "type Quality needs min (the lowest accuracy of classes, from 0 to 1), max (the highest mean absolute error of numbers) or maxRatioToStable (such as 1.5)");
        }

        if (gate is { Min: not null, Max: not null })
        {
            errors.Add($"{path}.max", gate.Max, "must be left out with min: min is the lowest accuracy of classes, max the highest mean absolute error of numbers, and a model predicts one of them");
        }
    }

    static void ValidateQuery(FieldErrors errors, string path, GateSettings gate)
    {
        errors.Range($"{path}.max", gate.Max, -1e12, 1e12);
        errors.Range($"{path}.min", gate.Min, -1e12, 1e12);
        if (gate.Max is null && gate.Min is null)
        {
            errors.Add(path, null, "type Query needs max, min or both");
        }

        if (gate.Max < gate.Min)
        {
            errors.Add($"{path}.min", gate.Min, "must not be more than max: no value would pass");
        }

        if (string.IsNullOrWhiteSpace(gate.Query))
        {
            errors.Add($"{path}.query", null, "is required: PromQL that gives one number");
        }
        else if (gate.Query.Length > Limits.QueryLength)
        {
            errors.Add($"{path}.query", gate.Query, $"may have at most {Limits.QueryLength} characters");
        }
        else if (QueryText.FindUnknown(gate.Query) is { } unknown)
        {
            errors.Add($"{path}.query", unknown, $"may hold {string.Join(", ", QueryText.Names.Select(name => $"{{{{{name}}}}}"))}");
        }
    }

    public static void ValidateBound(FieldErrors errors, string path, string? text)
    {
        if (text is null || Durations.Parse(text) is not { } bound || !LatencyBuckets.Seconds.Contains(bound.TotalSeconds))
        {
            errors.Add(path, text, $"must be one of the histogram's bounds, {string.Join(", ", LatencyBuckets.Seconds.Select(Text))}: the share of slower requests is exact only there");
        }
    }

    static void Only(FieldErrors errors, string path, string field, object? value, string type, params ReadOnlySpan<string> owners)
    {
        if (value is not null && !owners.Contains(type))
        {
            errors.Add($"{path}.{field}", value, $"needs type {string.Join(" or ", owners.ToArray())}");
        }
    }

    static string Text(double seconds) =>
        seconds < 1 ? string.Create(CultureInfo.InvariantCulture, $"{Math.Round(seconds * 1000)}ms") : string.Create(CultureInfo.InvariantCulture, $"{seconds}s");
}
