using Canario.Operator.Crd;

namespace Canario.Operator.Api;

sealed record CanaryStepSettings
{
    [Schema("Share of the requests that the new revision gets, in percent; greater than the step's before. 0: started and tested, without traffic. 100 % follows the last step.",
        Required = true, Minimum = 0, Maximum = 100)]
    public int Weight { get; set; }

    [Schema("How long the step lasts at least. Default: a minute.")]
    public HoldSettings? Hold { get; set; }

    [Schema("Names of the gates that must pass to leave the step. Default: all, or none at weight 0. [] is none.", MaxItems = Limits.Gates, Set = true)]
    public IReadOnlyList<string>? Gates { get; set; }
}
