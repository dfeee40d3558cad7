namespace Canario.Rollouts;

/// <summary>Why a model is trained anew.</summary>
public enum RetrainingTrigger
{
    Command,
    Schedule,
    Drift,
}
