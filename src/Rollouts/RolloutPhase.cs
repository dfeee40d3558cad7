namespace Canario.Rollouts;

/// <summary>Where a rollout is. Terminal: Healthy, RolledBack, and Stalled for an invalid spec; Paused waits for a person or for evidence.</summary>
public enum RolloutPhase
{
    /// <summary>Stable has all the traffic and is what spec asks for; or what spec asks for was only to be tried, and has been.</summary>
    Healthy,

    /// <summary>The candidate's first capacity starts; no traffic yet.</summary>
    Preparing,

    /// <summary>Step <see cref="RolloutState.StepIndex"/> is under way.</summary>
    Progressing,

    /// <summary>As Progressing, but the step waits for <see cref="RolloutState.PauseReason"/>.</summary>
    Paused,

    /// <summary>The candidate has, or is getting, 100 %; stable is kept warm and one decision away.</summary>
    Baking,

    /// <summary>Stable's capacity, then the traffic, then the candidate's end.</summary>
    RollingBack,

    /// <summary>Spec asks for a rejected revision; stable serves.</summary>
    RolledBack,

    /// <summary>Spec is invalid, or the first revision cannot start. What serves goes on serving.</summary>
    Stalled,
}
