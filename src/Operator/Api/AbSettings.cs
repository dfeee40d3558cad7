using Canario.Operator.Crd;
using Canario.Rollouts;

namespace Canario.Operator.Api;

[Rule("self.metric == 'Latency' ? has(self.bound) : !has(self.bound)", "bound is required with metric Latency and not allowed with ErrorRate")]
sealed record AbSettings
{
    [Schema("Share of the users (with traffic.stickyHeader or stickyCookie) or of the requests that the new revision gets as long as the test lasts, in percent. 0: only requests of traffic.matches.", Minimum = 0, Maximum = 99)]
    public int Weight { get; set; } = 50;

    [Schema("What the sides are compared by; less is better. ErrorRate: share of 5xx answers. Latency: share slower than bound.")]
    [Values(GateTypes.ErrorRate, GateTypes.Latency)]
    public string Metric { get; set; } = GateTypes.ErrorRate;

    [Schema("For metric Latency: what counts as slow. One of a Latency gate's bounds.", MaxLength = Limits.DurationLength, Pattern = Limits.DurationPattern)]
    public string? Bound { get; set; }

    [Schema("Requests to each side below which there is no winner.", Minimum = 1, Maximum = 1_000_000_000)]
    public long MinSamples { get; set; } = 1000;

    [Schema("The test lasts at least so long, whatever it has found, such as 24h.", Pattern = Limits.DurationPattern, MaxLength = Limits.DurationLength)]
    public string MinDuration { get; set; } = "0s";

    [Schema("The test lasts at most so long; without a winner by then the old revision goes on.", Pattern = Limits.DurationPattern, MaxLength = Limits.DurationLength)]
    public string Duration { get; set; } = "1h";

    [Schema("What follows when the new revision has won; else the old one goes on. Promote: all requests at once, then the bake. Keep: it is stopped and the old one goes on.")]
    [Values(nameof(AfterTest.Promote), nameof(AfterTest.Keep))]
    public string Then { get; set; } = nameof(AfterTest.Promote);
}
