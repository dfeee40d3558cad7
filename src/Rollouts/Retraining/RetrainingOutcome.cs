namespace Canario.Rollouts;

public enum RetrainingOutcome
{
    /// <summary>The Job is complete.</summary>
    Succeeded,

    /// <summary>The Job failed, or could not be made.</summary>
    Failed,

    /// <summary>The event was taken.</summary>
    Delivered,

    /// <summary>The event was refused, or nobody answered, as often as is tried.</summary>
    Undeliverable,

    /// <summary>The Job went before its end was seen.</summary>
    Lost,

    /// <summary>Spec asks for no retraining any more.</summary>
    Abandoned,
}
