namespace Canario.Operator.Api;

/// <summary>What must hold for <c>spec.drift</c>.</summary>
static class DriftValidator
{
    public static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan LongestInterval = TimeSpan.FromHours(24);
    public static readonly TimeSpan LongestWindow = TimeSpan.FromHours(168);
    const int NameLength = 253;

    public static void Validate(FieldErrors errors, DriftSettings drift)
    {
        const string path = "spec.drift";
        errors.Duration($"{path}.interval", drift.Interval, ShortestInterval, LongestInterval, "must be from 1s to 24h");
        errors.Duration($"{path}.window", drift.Window, Durations.Parse(drift.Interval) ?? ShortestInterval, LongestWindow, "must be from spec.drift.interval to 168h");
        errors.Range($"{path}.minSamples", drift.MinSamples, 1, 1_000_000_000);
        errors.Range($"{path}.looks", drift.Looks, 1, 20);
        errors.Range($"{path}.minAccuracy", drift.MinAccuracy, 0.001, 1);
        ValidateBounds(errors, $"{path}.features", drift.Features);
        ValidateBounds(errors, $"{path}.predictions", drift.Predictions);
        errors.Count($"{path}.ignore", drift.Ignore?.Count ?? 0, Limits.Features);
        foreach (var name in (drift.Ignore ?? []).Take(Limits.Features).Where(name => name is not { Length: > 0 and <= NameLength }))
        {
            errors.Add($"{path}.ignore", name, $"must be names of 1 to {NameLength} characters");
        }
    }

    static void ValidateBounds(FieldErrors errors, string path, DriftBoundSettings bounds)
    {
        errors.Range($"{path}.psi", bounds.Psi, 0.01, 100);
        errors.Range($"{path}.ks", bounds.Ks, 0.001, 1);
    }
}
