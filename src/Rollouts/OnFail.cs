namespace Canario.Rollouts;

public enum OnFail
{
    /// <summary>Stable gets the traffic back and the candidate is rejected.</summary>
    Rollback,

    /// <summary>The step is not left while the gate fails.</summary>
    Hold,

    /// <summary>Only told.</summary>
    Alert,
}
