namespace Canario.Rollouts;

/// <summary>Six, because each needs an answer of its own.</summary>
public enum Verdict
{
    Pass,

    /// <summary>There is enough evidence that the bound is broken.</summary>
    Fail,

    /// <summary>Beyond the bound, but it may be chance. More data will tell.</summary>
    Inconclusive,

    InsufficientData,

    /// <summary>Whoever measures could not. Says nothing about the model.</summary>
    ProviderUnavailable,

    /// <summary>The candidate's pods fail; measuring is pointless.</summary>
    PodFailure,
}
