namespace Canario.Rollouts;

public enum OnInsufficientData
{
    /// <summary>Until the step's deadline; then the rollout is Paused until data or a person comes.</summary>
    Wait,

    /// <summary>Lack of data passes.</summary>
    Pass,

    /// <summary>Rolled back at the step's deadline.</summary>
    Rollback,
}
