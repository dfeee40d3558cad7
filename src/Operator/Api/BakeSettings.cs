using Canario.Operator.Crd;

namespace Canario.Operator.Api;

sealed record BakeSettings
{
    [Schema("How long the gates watch the new revision at 100 % before the previous one is let go, such as 5m. 0s: not at all.",
        Pattern = Limits.DurationPattern, MaxLength = Limits.DurationLength)]
    public string Duration { get; set; } = "5m";
}
