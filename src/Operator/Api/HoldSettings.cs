using Canario.Operator.Crd;

namespace Canario.Operator.Api;

sealed record HoldSettings
{
    [Schema("At least this long once the weight is in force, such as 90s, 5m or 1h30m.", Pattern = Limits.DurationPattern, MaxLength = Limits.DurationLength)]
    public string? Duration { get; set; }

    [Schema("Until somebody promotes it by hand.")]
    public bool Manual { get; set; }

    [Schema("How long gates may lack evidence before the step is paused or, where a gate says so, rolled back. Default: 1h.",
        Pattern = Limits.DurationPattern, MaxLength = Limits.DurationLength)]
    public string? Deadline { get; set; }
}
