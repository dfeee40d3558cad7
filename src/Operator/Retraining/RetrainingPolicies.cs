using Canario.Operator.Api;
using Canario.Rollouts;

namespace Canario.Operator.Retraining;

/// <summary>From spec to what the machine needs. Pure.</summary>
static class RetrainingPolicies
{
    /// <summary>For a spec that is valid. Null: it asks for none.</summary>
    public static RetrainingPolicy? Build(RetrainingSettings? settings) => settings is null ? null : new RetrainingPolicy
    {
        OnDrift = settings.OnDrift,
        Schedule = CronSchedule.Parse(settings.Schedule),
        Cooldown = Durations.Required(settings.Cooldown),
        ByEvent = settings.CloudEvent is not null,
    };
}
