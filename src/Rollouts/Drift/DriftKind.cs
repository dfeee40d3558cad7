namespace Canario.Rollouts;

/// <summary>What drifts.</summary>
public enum DriftKind
{
    /// <summary>What comes in.</summary>
    Feature,

    /// <summary>What goes out.</summary>
    Prediction,

    /// <summary>How often it is right, where the truth is told later.</summary>
    Quality,
}
