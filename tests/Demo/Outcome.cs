namespace Canario.Demo;

/// <summary>One line of the demo's table.</summary>
/// <param name="FailedByStable">Failed requests that stable served or that reached no server: must be none.</param>
/// <param name="FailedByCandidate">Failed requests that the version on trial answered.</param>
internal sealed record Outcome(
    string Rollout, string Expected, string Got, string ExpectedReason, string Reason, TimeSpan Took, long Requests, long FailedByStable, long FailedByCandidate)
{
    public bool IsExpected => Got == Expected && Reason == ExpectedReason && FailedByStable == 0 && (Expected == "RolledBack" || FailedByCandidate == 0);
}
