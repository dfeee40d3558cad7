using Canario.Operator.Crd;
using Canario.Rollouts;

namespace Canario.Operator.Api;

[Rule("self.type == 'Canary' || !has(self.canary) || (self.type == 'Shadow' && (!has(self.shadow) || self.shadow.then == 'Canary'))", "canary needs type Canary, or type Shadow with then: Canary")]
[Rule("self.type == 'BlueGreen' || !has(self.blueGreen)", "blueGreen needs type BlueGreen")]
[Rule("self.type == 'RollingUpdate' || !has(self.rollingUpdate)", "rollingUpdate needs type RollingUpdate")]
[Rule("self.type == 'Shadow' || !has(self.shadow)", "shadow needs type Shadow")]
[Rule("self.type == 'AB' || !has(self.ab)", "ab needs type AB")]
sealed record StrategySettings
{
    [Schema("Canary: weights that grow step by step. BlueGreen: a full new side, then all traffic at once. RollingUpdate: pods are replaced some at a time. Recreate: the old pods stop, then the new ones start. Shadow: the new side gets copies of the requests. AB: fixed shares of the users until one side has won.")]
    [Values(StrategyNames.Canary, StrategyNames.BlueGreen, StrategyNames.RollingUpdate, StrategyNames.Recreate, StrategyNames.Shadow, StrategyNames.AB)]
    public string Type { get; set; } = StrategyNames.Canary;

    [Schema("The new revision may take and answer something else than what serves: other tensors, features or classes. Otherwise it is rejected before it gets traffic.")]
    public bool AllowContractChange { get; set; }

    [Schema("For type Canary, and for type Shadow that goes on as one.")]
    public CanarySettings? Canary { get; set; }

    [Schema("For type BlueGreen.")]
    public BlueGreenSettings? BlueGreen { get; set; }

    [Schema("For type RollingUpdate, with at most 100 replicas.")]
    public RollingUpdateSettings? RollingUpdate { get; set; }

    [Schema("For type Shadow.")]
    public ShadowSettings? Shadow { get; set; }

    [Schema("For type AB.")]
    public AbSettings? Ab { get; set; }
}
