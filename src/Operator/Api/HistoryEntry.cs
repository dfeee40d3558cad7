using Canario.Operator.Crd;

namespace Canario.Operator.Api;

/// <summary>One rollout that ended.</summary>
sealed record HistoryEntry
{
    [Schema("The revision that was rolled out.", Required = true)]
    public string Revision { get; set; } = "";

    [Schema("Promoted, RolledBack, Abandoned (for another spec) or Concluded (dropped as planned, or after a test that it did not win).", Required = true)]
    [Values(RolloutOutcomes.Promoted, RolloutOutcomes.RolledBack, RolloutOutcomes.Abandoned, RolloutOutcomes.Concluded)]
    public string Outcome { get; set; } = "";

    [Schema("What decided, in one word.")]
    public string? Reason { get; set; }

    [Schema("The evidence, with the numbers.")]
    public string? Evidence { get; set; }

    [Schema("Id of the retraining that it answers.")]
    public string? RetrainingId { get; set; }

    [Schema("When it began.")]
    public DateTimeOffset? Started { get; set; }

    [Schema("When it ended.")]
    public DateTimeOffset? Finished { get; set; }
}
