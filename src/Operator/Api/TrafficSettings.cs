using Canario.Operator.Crd;

namespace Canario.Operator.Api;

[Rule("(has(self.provider) && self.provider == 'GatewayApi') == has(self.gateway)", "gateway goes with provider GatewayApi")]
[Rule("self.provider == 'Router' || (!has(self.stickyHeader) && !has(self.stickyCookie))", "stickyHeader and stickyCookie need provider Router: the others keep no user on one revision")]
[Rule("self.provider == 'Router' || !has(self.timeout) || duration(self.timeout) == duration('30s')", "timeout must be left out, or 30s, with another provider than Router: only Canario's routers keep it")]
[Rule("self.provider != 'Service' || !has(self.matches) || size(self.matches) == 0", "matches must be left out with provider Service: it looks into no request")]
[Rule("self.provider != 'GatewayApi' || !has(self.matches) || self.matches.all(m, !has(m.cookie))", "a match by cookie needs provider Router: an HTTPRoute matches headers")]
sealed record TrafficSettings
{
    [Schema("Who splits: routers, the Service's pods, or a Gateway.")]
    [Values(TrafficProviderNames.Router, TrafficProviderNames.Service, TrafficProviderNames.GatewayApi)]
    public string Provider { get; set; } = TrafficProviderNames.Router;

    [Schema("Request header whose value keeps a user on one revision. Default: each request is split on its own.",
        MinLength = 1, MaxLength = 128, Pattern = Limits.HeaderPattern)]
    public string? StickyHeader { get; set; }

    [Schema("Cookie whose value does so where that header is not there.", MinLength = 1, MaxLength = 128, Pattern = Limits.HeaderPattern)]
    public string? StickyCookie { get; set; }

    [Schema("From a request sent to the model until its answer begins; 504 after it. From 1ms to 1h.", Pattern = Limits.DurationPattern, MaxLength = Limits.DurationLength)]
    [Rule("duration(self) >= duration('1ms') && duration(self) <= duration('1h')", "must be from 1ms to 1h")]
    public string Timeout { get; set; } = "30s";

    [Schema("Requests that go to one side whatever the weights, such as those of testers. The first match wins.", MaxItems = Limits.Matches)]
    public IReadOnlyList<MatchSettings> Matches { get; set; } = [];

    [Schema("With GatewayApi.")]
    public GatewaySettings? Gateway { get; set; }
}
