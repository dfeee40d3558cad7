namespace Canario.Rollouts;

public enum DriftVerdict
{
    /// <summary>Nothing has had enough samples yet.</summary>
    InsufficientData,

    NoDrift,

    /// <summary>Something is beyond its bound, but not yet for as many looks as it takes.</summary>
    Suspected,

    Drift,
}
