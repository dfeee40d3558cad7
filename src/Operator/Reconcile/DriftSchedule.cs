using Canario.Operator.Api;
using Canario.Rollouts;

namespace Canario.Operator.Reconcile;

/// <summary>How a model is watched.</summary>
/// <param name="Interval">Between two looks.</param>
/// <param name="Window">How far back a look counts.</param>
sealed record DriftSchedule(DriftPolicy Policy, TimeSpan Interval, TimeSpan Window)
{
    /// <summary>Null: it is not watched, or spec is invalid.</summary>
    public static DriftSchedule? Build(DriftSettings settings)
    {
        var errors = new FieldErrors();
        DriftValidator.Validate(errors, settings);
        if (!settings.Enabled || errors.All.Count > 0)
            return null;
        var policy = new DriftPolicy
        {
            Features = Build(settings.Features),
            Predictions = Build(settings.Predictions),
            MinAccuracy = settings.MinAccuracy,
            MinSamples = settings.MinSamples,
            Looks = settings.Looks,
            Ignored = settings.Ignore ?? [],
        };
        return new DriftSchedule(policy, Durations.Required(settings.Interval), Durations.Required(settings.Window));
    }

    private static DriftBounds Build(DriftBoundSettings settings) => new(settings.Psi, settings.Ks);
}
