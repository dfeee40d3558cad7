namespace Canario.Chaos;

/// <summary>One line of the table.</summary>
/// <param name="Failed">Requests that stable could have served, and that failed.</param>
/// <param name="FailedOnTrial">Answered badly by a bad version on trial.</param>
/// <param name="InGap">Refused while a strategy that has a gap in service had it.</param>
/// <param name="Kills">How many.</param>
internal sealed record TrialResult(Trial Trial, string Outcome, string Reason, double Seconds, long Requests, long Failed, long FailedOnTrial, long InGap, int Kills)
{
    /// <summary>A good version may also be taken back, as one that lost its pods again and again; a bad one must never stay. A test that stable has won is concluded.</summary>
    public bool Holds => Failed == 0 && (Outcome is "RolledBack" or "Concluded" || (Outcome is "Promoted" && Trial.IsGood));
}
