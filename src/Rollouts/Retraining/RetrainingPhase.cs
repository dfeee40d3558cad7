namespace Canario.Rollouts;

public enum RetrainingPhase
{
    /// <summary>Decided and stored; its Job is to be made, or its event to be sent.</summary>
    Pending,

    /// <summary>Its Job was made.</summary>
    Running,
}
