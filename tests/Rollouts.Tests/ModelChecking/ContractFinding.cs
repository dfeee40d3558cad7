namespace Canario.Rollouts.Tests;

/// <summary>What comparing the candidate's contract with stable's gives.</summary>
enum ContractFinding
{
    Same,
    Changed,

    /// <summary>Not told yet.</summary>
    Untold,
}
