using Canario.Operator.Crd;

namespace Canario.Operator.Api;

[Rule("!has(self.strategy.canary) || !has(self.strategy.canary.steps) || self.strategy.canary.steps.all(s, !has(s.gates) || s.gates.all(g, has(self.gates) && self.gates.exists(x, x.name == g)))",
    "a canary step's gates must be names of spec.gates")]
[Rule("!has(self.strategy.shadow) || !has(self.strategy.shadow.steps) || self.strategy.shadow.steps.all(s, !has(s.gates) || s.gates.all(g, has(self.gates) && self.gates.exists(x, x.name == g)))",
    "a shadow step's gates must be names of spec.gates")]
[Rule("self.strategy.type == 'Shadow' || !has(self.gates) || self.gates.all(g, g.type != 'ShadowAgreement')", "gates of type ShadowAgreement need strategy Shadow")]
[Rule("!has(self.autoscaling) || self.replicas == 1", "replicas must be left out with autoscaling: minReplicas and maxReplicas take its place")]
[Rule("!has(self.autoscaling) || self.strategy.type != 'RollingUpdate'", "autoscaling needs another strategy than RollingUpdate, which counts pods")]
[Rule("!has(self.autoscaling) || self.traffic.provider != 'Service'", "autoscaling must be left out with provider Service: the number of pods is the split there")]
[Rule("self.strategy.type != 'AB' || self.traffic.provider == 'Router'", "strategy AB needs provider Router: with the others no user stays on one side")]
[Rule("self.strategy.type != 'Shadow' || self.traffic.provider != 'Service'", "strategy Shadow needs provider Router or GatewayApi: a Service copies no request")]
[Rule("self.traffic.provider == 'Router' || !has(self.gates) || self.gates.all(g, g.type != 'ShadowAgreement')", "gates of type ShadowAgreement need provider Router: only Canario's routers compare answers")]
sealed record ModelDeploymentSpec
{
    [Schema("Pods that serve the model. While a rollout runs, each side has its share of it.", Minimum = 1, Maximum = Limits.Replicas)]
    public int Replicas { get; set; } = 1;

    [Schema("Kubernetes' autoscaler sets the number of pods, in place of replicas.")]
    public AutoscalingSettings? Autoscaling { get; set; }

    [Schema("The model's files. A change makes a new revision.", Required = true)]
    public ModelSpec Model { get; set; } = new();

    [Schema("The pods that serve the model. A change makes a new revision.")]
    public ServerSpec Server { get; set; } = new();

    [Schema("The Service that clients call; it is named as the ModelDeployment.")]
    public ServiceSettings Service { get; set; } = new();

    [Schema("How a new revision gets the traffic.")]
    public StrategySettings Strategy { get; set; } = new();

    [Schema("What must hold for the new revision to go on. Without gates, time and pod failures alone decide.", MaxItems = Limits.Gates, MapKey = "name")]
    public IReadOnlyList<GateSettings> Gates { get; set; } = [];

    [Schema("The watch after 100 %, with the previous revision kept warm.")]
    public BakeSettings Bake { get; set; } = new();

    [Schema("How long pods may take to become ready before the new revision is rejected, such as 10m.",
        Pattern = Limits.DurationPattern, MaxLength = Limits.DurationLength)]
    [Rule("duration(self) >= duration('10s')", "must be at least 10s")]
    public string ProgressDeadline { get; set; } = "10m";

    [Schema("No step is left while this is true. Rollback still works.")]
    public bool Paused { get; set; }

    [Schema("How requests are split and routed.")]
    public TrafficSettings Traffic { get; set; } = new();

    [Schema("Where gates read their measurements.")]
    public MetricsSettings Metrics { get; set; } = new();

    [Schema("How what serves is compared with its training.")]
    public DriftSettings Drift { get; set; } = new();

    [Schema("When the model is trained anew, and by what.")]
    public RetrainingSettings? Retraining { get; set; }

    [Schema("Old revisions kept to go back to.", Minimum = 1, Maximum = Limits.RevisionHistory)]
    public int RevisionHistoryLimit { get; set; } = 10;
}
