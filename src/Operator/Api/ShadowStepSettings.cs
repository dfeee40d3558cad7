using Canario.Operator.Crd;

namespace Canario.Operator.Api;

sealed record ShadowStepSettings
{
    [Schema("Share of the inference requests that is copied to the new revision, in percent.", Required = true, Minimum = 1, Maximum = 100)]
    public int Percent { get; set; }

    [Schema("How long the step lasts at least. Default: a minute.")]
    public HoldSettings? Hold { get; set; }

    [Schema("Names of the gates that must pass to leave the step. Default: all but those of type ErrorRate and Latency, which are of users' requests. [] is none.", MaxItems = Limits.Gates, Set = true)]
    public IReadOnlyList<string>? Gates { get; set; }
}
