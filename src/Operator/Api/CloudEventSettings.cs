using Canario.Operator.Crd;

namespace Canario.Operator.Api;

sealed record CloudEventSettings
{
    [Schema("Where the event is POSTed to.", Required = true, MinLength = 1, MaxLength = Limits.UriLength, Pattern = "^https?://.+$")]
    public string Url { get; set; } = "";

    [Schema("Of one try. From 100ms to 2m.", Pattern = Limits.DurationPattern, MaxLength = Limits.DurationLength)]
    public string Timeout { get; set; } = "10s";

    [Schema("Key of a Secret of this namespace whose value is sent as the Authorization header.")]
    public SecretKeySettings? AuthSecretRef { get; set; }
}
