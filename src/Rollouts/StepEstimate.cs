using System.Globalization;
using Canario.Statistics;

namespace Canario.Rollouts;

/// <summary>
/// What the step under way still waits for, and for about how long if requests keep coming as they did since it began. For people: no decision rests on it.
/// Times are rounded coarsely, so that a status which holds them is not written anew at every look.
/// </summary>
public static class StepEstimate
{
    /// <summary>Beyond this nobody plans; it is said as "more than".</summary>
    static readonly TimeSpan s_most = TimeSpan.FromDays(30);

    /// <param name="before">What was said of this step before. It stays until the next look at the gates: what is said in between would be older, and a write for nothing.</param>
    /// <returns>Null when no step is under way, or somebody holds it.</returns>
    public static string? Describe(RolloutPlan plan, RolloutState state, Observation observation, string? before, DateTimeOffset now)
    {
        // An undo goes by a plan of its own, which holds nothing and asks no gate.
        if (plan.SpecError is not null
            || state.Undo is not null
            || state is not { Phase: RolloutPhase.Progressing or RolloutPhase.Paused or RolloutPhase.Baking, StepStartedAt: { } started }
            || state.PauseReason is not (null or RolloutReasons.InsufficientData or RolloutReasons.Inconclusive))
        {
            return null;
        }

        var step = PlannedStep.At(plan, state.StepIndex);
        if (before is not null && step.Gates.Count > 0 && observation.MeasuredFrom != started)
        {
            return before;
        }

        var parts = new List<string>();
        if (started + step.Hold.Minimum > now)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"Held until {(started + step.Hold.Minimum).UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}."));
        }

        foreach (var gate in plan.Gates.Where(gate => !gate.DryRun && step.Gates.Contains(gate.Name) && IsOfThisStep(observation, started, gate)))
        {
            if (state.Gates.FirstOrDefault(result => result.Name == gate.Name) is { } result && OfGate(plan, step, gate, result, now - started) is { } part)
            {
                parts.Add(part);
            }
        }

        return parts.Count == 0 ? null : string.Join(' ', parts);
    }

    /// <summary>State keeps a gate's last result across steps; its samples say nothing about the rate in this one.</summary>
    static bool IsOfThisStep(Observation observation, DateTimeOffset started, GateSpec gate) => observation.MeasuredFrom == started && observation.Measurements.ContainsKey(gate.Name);

    static string? OfGate(RolloutPlan plan, RolloutStep step, GateSpec gate, GateResult result, TimeSpan elapsed) => result.Verdict switch
    {
        Verdict.InsufficientData when gate.OnInsufficientData != OnInsufficientData.Pass => OfMissing(step, gate, result, elapsed),
        Verdict.Inconclusive => OfDoubt(plan, step, gate, result, elapsed),
        _ => null,
    };

    static string? OfMissing(RolloutStep step, GateSpec gate, GateResult result, TimeSpan elapsed)
    {
        var isStable = result.Samples >= gate.MinSamples;
        var have = isStable ? result.StableSamples ?? gate.MinSamples : result.Samples;
        var missing = gate.MinSamples - have;
        if (missing <= 0)
        {
            return null;
        }

        var side = isStable ? "stable" : "the candidate";
        return Time(missing, have, elapsed) is { } time
            ? string.Create(CultureInfo.InvariantCulture, $"{gate.Name} needs {gate.MinSamples} samples of {side} and has {have}: {About(time)} at the observed rate{Beyond(step, elapsed + time)}.")
            : string.Create(CultureInfo.InvariantCulture, $"{gate.Name} needs {gate.MinSamples} samples of {side}, and none has come.");
    }

    /// <summary>A share beyond its bound that may be chance: when it would be certain.</summary>
    static string? OfDoubt(RolloutPlan plan, RolloutStep step, GateSpec gate, GateResult result, TimeSpan elapsed)
    {
        if (gate is not { MaxShare: { } bound } || result is not { Value: { } share, SharedWithStable: false } || share <= bound)
        {
            return null;
        }

        var alpha = gate.Alpha / (plan.Steps.Count + 1) / gate.BoundsTested;
        return SequentialPower.TrialsUntilAbove(bound, share, alpha) - result.Samples is { } more && more > 0 && Time(more, result.Samples, elapsed) is { } time
            ? string.Create(CultureInfo.InvariantCulture, $"If {GateText.Percent(share)} stays, {gate.Name} is certain in {About(time)} at the observed rate{Beyond(step, elapsed + time)}.")
            : null;
    }

    static TimeSpan? Time(long missing, long have, TimeSpan elapsed)
    {
        if (have <= 0 || elapsed <= TimeSpan.Zero)
        {
            return null;
        }

        var seconds = elapsed.TotalSeconds * missing / have;
        return seconds < s_most.TotalSeconds ? TimeSpan.FromSeconds(seconds) : s_most;
    }

    static string Beyond(RolloutStep step, TimeSpan end)
    {
        var deadline = step.Hold.Deadline > step.Hold.Minimum ? step.Hold.Deadline : step.Hold.Minimum;
        return end > deadline ? string.Create(CultureInfo.InvariantCulture, $", after the step's deadline of {deadline:c}") : "";
    }

    static string About(TimeSpan time) => time switch
    {
        { TotalMinutes: < 1 } => "less than 1 min",
        { TotalMinutes: <= 10 } => Round(time.TotalMinutes, 1, "min"),
        { TotalMinutes: <= 90 } => Round(time.TotalMinutes, 5, "min"),
        { TotalHours: <= 36 } => Round(time.TotalHours, 1, "h"),
        _ when time < s_most => Round(time.TotalDays, 1, "days"),
        _ => string.Create(CultureInfo.InvariantCulture, $"more than {s_most.TotalDays:0} days"),
    };

    static string Round(double value, double unit, string name) => string.Create(CultureInfo.InvariantCulture, $"about {Math.Ceiling(value / unit) * unit:0} {name}");
}
