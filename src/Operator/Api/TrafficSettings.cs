using Canario.Operator.Crd;

namespace Canario.Operator.Api;

sealed record TrafficSettings
{
    [Schema("Request header whose value keeps a user on one revision. Default: each request is split on its own.",
        MinLength = 1, MaxLength = 128, Pattern = Limits.HeaderPattern)]
    public string? StickyHeader { get; set; }

    [Schema("From a request sent to the model until its answer begins; 504 after it. From 1ms to 1h.", Pattern = Limits.DurationPattern, MaxLength = Limits.DurationLength)]
    [Rule("duration(self) >= duration('1ms') && duration(self) <= duration('1h')", "must be from 1ms to 1h")]
    public string Timeout { get; set; } = "30s";

    [Schema("Requests that go to one side whatever the weights, such as those of testers. The first match wins.", MaxItems = Limits.Matches)]
    public IReadOnlyList<MatchSettings> Matches { get; set; } = [];
}
