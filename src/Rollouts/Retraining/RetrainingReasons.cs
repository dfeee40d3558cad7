namespace Canario.Rollouts;

/// <summary>Reasons of retraining's events, beside "Retraining" and the outcome.</summary>
public static class RetrainingReasons
{
    public const string Started = "RetrainingStarted";
    public const string Refused = "RetrainingRefused";
    public const string Answered = "RetrainingAnswered";

    public static string Ended(RetrainingOutcome outcome) => "Retraining" + outcome;
}
