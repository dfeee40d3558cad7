namespace Canario.Operator.Api;

/// <summary>Ready, Reconciling and Stalled as kstatus reads them; the others are True when there is something to say.</summary>
static class ConditionTypes
{
    public const string Ready = "Ready";
    public const string Reconciling = "Reconciling";
    public const string Stalled = "Stalled";
    public const string DriftDetected = "DriftDetected";

    /// <summary>The previous revision is warm: going back takes no pod start.</summary>
    public const string RollbackReady = "RollbackReady";
}
