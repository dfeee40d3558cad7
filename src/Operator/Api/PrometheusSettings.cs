using Canario.Operator.Crd;

namespace Canario.Operator.Api;

sealed record PrometheusSettings
{
    [Schema("Base address, such as http://prometheus.monitoring:9090.", Required = true, MinLength = 1, MaxLength = Limits.UriLength, Pattern = "^https?://.+$")]
    [Rule("!self.contains('@')", "must not carry credentials: use authSecretRef")]
    public string Address { get; set; } = "";

    [Schema("Of one query. From 100ms to 2m.", Pattern = Limits.DurationPattern, MaxLength = Limits.DurationLength)]
    [Rule("duration(self) >= duration('100ms') && duration(self) <= duration('2m')", "must be from 100ms to 2m")]
    public string Timeout { get; set; } = "10s";

    [Schema("Key of a Secret of this namespace whose value is sent as the Authorization header, such as \"Bearer abc\".")]
    public SecretKeySettings? AuthSecretRef { get; set; }
}
