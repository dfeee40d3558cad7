using Canario.Operator.Crd;
using Canario.Rollouts;

namespace Canario.Operator.Api;

[Rule("self.type != 'BlueGreen' || !has(self.canary)", "canary needs type Canary")]
[Rule("self.type != 'Canary' || !has(self.blueGreen)", "blueGreen needs type BlueGreen")]
sealed record StrategySettings
{
    [Schema("Canary: weights that grow step by step. BlueGreen: a full new side behind a preview, then all traffic at once.")]
    [Values(StrategyNames.Canary, StrategyNames.BlueGreen)]
    public string Type { get; set; } = StrategyNames.Canary;

    [Schema("For type Canary.")]
    public CanarySettings? Canary { get; set; }

    [Schema("For type BlueGreen.")]
    public BlueGreenSettings? BlueGreen { get; set; }
}
