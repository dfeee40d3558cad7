namespace Canario.Rollouts;

/// <summary>Reasons in status, conditions, events and metric labels, beside gate types and pod failure reasons.</summary>
public static class RolloutReasons
{
    public const string Healthy = "Healthy";
    public const string Starting = "Starting";
    public const string Promoted = "Promoted";
    public const string Superseded = "Superseded";
    public const string SpecRestored = "SpecRestored";
    public const string Aborted = "Aborted";
    public const string Undone = "Undone";
    public const string Rejected = "Rejected";
    public const string Retried = "Retried";
    public const string InvalidSpec = "InvalidSpec";
    public const string ProgressDeadlineExceeded = "ProgressDeadlineExceeded";
    public const string CapacityPending = "CapacityPending";
    public const string ContractPending = "ContractPending";
    public const string ContractUnknown = "ContractUnknown";
    public const string ContractChanged = "ContractChanged";
    public const string CapacityLost = "CapacityLost";
    public const string StableLost = "StableLost";
    public const string StableBack = "StableBack";
    public const string StableStopping = "StableStopping";
    public const string CapacityBack = "CapacityBack";
    public const string TrafficPending = "TrafficPending";
    public const string StepEntered = "StepEntered";
    public const string WeightInForce = "WeightInForce";
    public const string Holding = "Holding";
    public const string Baking = "Baking";
    public const string ManualHold = "ManualHold";
    public const string PausedByCommand = "PausedByCommand";
    public const string PausedBySpec = "PausedBySpec";
    public const string GateHold = "GateHold";
    public const string InsufficientData = "InsufficientData";
    public const string Inconclusive = "Inconclusive";
    public const string ProviderUnavailable = "ProviderUnavailable";
    public const string ProviderBack = "ProviderBack";
    public const string CommandHandled = "CommandHandled";
    public const string CommandRefused = "CommandRefused";
    public const string RollbackStarted = "RollbackStarted";
    public const string RolledBack = "RolledBack";
    public const string ShadowConcluded = "ShadowConcluded";
    public const string TestConcluded = "TestConcluded";
    public const string StateUnreadable = "StateUnreadable";
}
