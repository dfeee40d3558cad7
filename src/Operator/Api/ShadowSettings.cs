using Canario.Operator.Crd;
using Canario.Rollouts;

namespace Canario.Operator.Api;

sealed record ShadowSettings
{
    [Schema("The steps in which the new revision gets copies. Default: one, with copies of all requests, for a minute, with all gates that can be measured on copies.", MaxItems = Limits.Steps)]
    public IReadOnlyList<ShadowStepSettings> Steps { get; set; } = [];

    [Schema("What follows. Canary: the steps of strategy.canary. Promote: all requests at once. Drop: the new revision is stopped.")]
    [Values(nameof(AfterShadow.Canary), nameof(AfterShadow.Promote), nameof(AfterShadow.Drop))]
    public string Then { get; set; } = nameof(AfterShadow.Canary);
}
