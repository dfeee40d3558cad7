using Canario.Operator.Crd;
using Canario.Rollouts;

namespace Canario.Operator.Api;

[Rule("self.type == 'Canary' || !has(self.canary)", "canary needs type Canary")]
[Rule("self.type == 'BlueGreen' || !has(self.blueGreen)", "blueGreen needs type BlueGreen")]
[Rule("self.type == 'RollingUpdate' || !has(self.rollingUpdate)", "rollingUpdate needs type RollingUpdate")]
sealed record StrategySettings
{
    [Schema("Canary: weights that grow step by step. BlueGreen: a full new side behind a preview, then all traffic at once. RollingUpdate: pods are replaced some at a time, traffic in proportion. Recreate: the old pods are stopped, then the new ones started; nobody is served in between.")]
    [Values(StrategyNames.Canary, StrategyNames.BlueGreen, StrategyNames.RollingUpdate, StrategyNames.Recreate)]
    public string Type { get; set; } = StrategyNames.Canary;

    [Schema("For type Canary.")]
    public CanarySettings? Canary { get; set; }

    [Schema("For type BlueGreen.")]
    public BlueGreenSettings? BlueGreen { get; set; }

    [Schema("For type RollingUpdate, with at most 100 replicas.")]
    public RollingUpdateSettings? RollingUpdate { get; set; }
}
