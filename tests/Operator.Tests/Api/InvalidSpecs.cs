using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Rollouts;

namespace Canario.Operator.Tests.Api;

/// <param name="Path">Field that the message must name.</param>
/// <param name="Allowed">Part of what the message must say is allowed.</param>
/// <param name="Schema">The CRD's schema alone refuses it too, without CEL: on 1.20.</param>
sealed record InvalidSpec(string Name, Func<ModelDeployment, ModelDeployment> Change, string Path, string Allowed, bool Schema = false);

static class InvalidSpecs
{
    static readonly GateSettings Errors = new() { Name = "errors", Type = GateTypes.ErrorRate, Max = 0.01 };

    static readonly GateSettings Agreement = new() { Name = "agreement", Type = GateTypes.ShadowAgreement, Max = 0.01 };

    static readonly GateSettings Quality = new() { Name = "quality", Type = GateTypes.Quality, Min = 0.9 };

    static readonly GateSettings Query = new() { Name = "queue", Type = GateTypes.Query, Query = "queue_length{revision=\"{{revision}}\"}", Max = 10 };

    public static IReadOnlyList<InvalidSpec> All { get; } =
    [
        new("name too long for labels", d => d with { Metadata = d.Metadata with { Name = new string('a', 47) } }, "metadata.name", "46"),
        new("name with a dot", d => d with { Metadata = d.Metadata with { Name = "a.b" } }, "metadata.name", "lower-case"),
        new("name that begins with a digit", d => d with { Metadata = d.Metadata with { Name = "1a" } }, "metadata.name", "begin with a letter"),
        new("name of the router", d => d with { Metadata = d.Metadata with { Name = "canario-router" } }, "metadata.name", "must not be canario-router"),
        new("name of a preview", d => d with { Metadata = d.Metadata with { Name = "a-preview" } }, "metadata.name", "-preview"),
        Spec("no replicas", s => s with { Replicas = 0 }, "spec.replicas", "from 1 to 1000", true),
        Spec("too many replicas", s => s with { Replicas = 1001 }, "spec.replicas", "from 1 to 1000", true),
        Scaled("autoscaling beside replicas", s => s, "spec.replicas", "left out with spec.autoscaling", replicas: 3),
        Scaled("autoscaling of a rolling update", s => s, "spec.strategy.type", "must be Canary", strategy: StrategyNames.RollingUpdate),
        Scaled("autoscaling from nothing", s => s with { MinReplicas = 0 }, "spec.autoscaling.minReplicas", "from 1 to 1000", true),
        Scaled("autoscaling without end", s => s with { MaxReplicas = 1001 }, "spec.autoscaling.maxReplicas", "from 1 to 1000", true),
        Scaled("autoscaling to less than the least", s => s with { MinReplicas = 6 }, "spec.autoscaling.maxReplicas", "at least 6"),
        Scaled("autoscaling at no CPU", s => s with { TargetCPUUtilization = 0 }, "spec.autoscaling.targetCPUUtilization", "from 1 to 10000", true),
        Scaled("autoscaling by a share of no request", s => s, "spec.autoscaling.targetCPUUtilization", "spec.server.resources.requests.cpu", resources: new ResourceSettings { Requests = new Dictionary<string, IntOrString> { ["memory"] = "1Gi" } }),
        Metric("metric of another kind", new() { Type = "Object", Name = "a", AverageValue = "1" }, "spec.autoscaling.metrics[0].type", "Resource, Pods", true),
        Metric("resource of another name", new() { Type = "Resource", Name = "gpu", AverageValue = "1" }, "spec.autoscaling.metrics[0].name", "cpu, memory"),
        Metric("metric with a space", new() { Type = "Pods", Name = "a b", AverageValue = "1" }, "spec.autoscaling.metrics[0].name", "name of a metric"),
        Metric("metric without a target", new() { Type = "Pods", Name = "a" }, "spec.autoscaling.metrics[0]", "one of averageUtilization and averageValue"),
        Metric("share of a metric of pods", new() { Type = "Pods", Name = "a", AverageUtilization = 50 }, "spec.autoscaling.metrics[0].averageUtilization", "needs type Resource"),
        Metric("metric at nothing", new() { Type = "Pods", Name = "a", AverageValue = "0m" }, "spec.autoscaling.metrics[0].averageValue", "above 0"),
        Scaled("CPU twice", s => s with { TargetCPUUtilization = 50, Metrics = [new() { Type = "Resource", Name = "cpu", AverageUtilization = 60 }] }, "spec.autoscaling.metrics[0].name", "once"),
        Scaled("too many metrics", s => s with { Metrics = [.. Enumerable.Range(0, 5).Select(i => new AutoscalingMetricSettings { Type = "Pods", Name = $"m{i}", AverageValue = "1" })] }, "spec.autoscaling.metrics", "at most 4", true),
        Spec("no history", s => s with { RevisionHistoryLimit = 0 }, "spec.revisionHistoryLimit", "from 1 to 50", true),
        Spec("deadline without a unit", s => s with { ProgressDeadline = "600" }, "spec.progressDeadline", "duration such as", true),
        Spec("deadline of a second", s => s with { ProgressDeadline = "1s" }, "spec.progressDeadline", "at least 10s"),
        Spec("bake in days", s => s with { Bake = new BakeSettings { Duration = "1d" } }, "spec.bake.duration", "duration such as", true),
        Drift("looks every hundredth of a second", d => d with { Interval = "10ms" }, "spec.drift.interval", "from 1s to 24h"),
        Drift("a window shorter than the interval", d => d with { Interval = "1h", Window = "30m" }, "spec.drift.window", "from spec.drift.interval to 168h"),
        Drift("no looks", d => d with { Looks = 0 }, "spec.drift.looks", "from 1 to 20", true),
        Drift("drift out of no samples", d => d with { MinSamples = 0 }, "spec.drift.minSamples", "from 1", true),
        Drift("drift from nothing on", d => d with { Features = new DriftBoundSettings { Psi = 0.005 } }, "spec.drift.features.psi", "from 0.01 to 100", true),
        Drift("a distance above all", d => d with { Predictions = new DriftBoundSettings { Ks = 1.5 } }, "spec.drift.predictions.ks", "from 0.001 to 1", true),
        Drift("more than always right", d => d with { MinAccuracy = 1.2 }, "spec.drift.minAccuracy", "from 0.001 to 1", true),
        Drift("ignores too many", d => d with { Ignore = [.. Enumerable.Range(0, 101).Select(i => $"f{i}")] }, "spec.drift.ignore", "at most 100", true),
        Drift("ignores nothing named", d => d with { Ignore = [""] }, "spec.drift.ignore", "1 to 253"),
        Retraining("retrained by nothing", r => r with { CronJob = null }, "spec.retraining", "cronJob or cloudEvent"),
        Retraining("retrained twice", r => r with { CloudEvent = new CloudEventSettings { Url = "http://events.test" } }, "spec.retraining", "and not both"),
        Retraining("a CronJob that is no name", r => r with { CronJob = "Train_It" }, "spec.retraining.cronJob", "name of an object", true),
        Retraining("a schedule of six fields", r => r with { Schedule = "0 0 3 * * MON" }, "spec.retraining.schedule", "five fields"),
        Retraining("a schedule that never comes", r => r with { Schedule = "0 0 30 2 *" }, "spec.retraining.schedule", "a time that comes"),
        Retraining("a schedule of a thousand characters", r => r with { Schedule = new string('*', 1000) }, "spec.retraining.schedule", "five fields", true),
        Retraining("a cooldown without a unit", r => r with { Cooldown = "60" }, "spec.retraining.cooldown", "duration such as", true),
        Event("an event to a file", e => e with { Url = "file:///etc/passwd" }, "spec.retraining.cloudEvent.url", "must be http://", true),
        Event("an event with a password", e => e with { Url = "https://me:secret@events.test/" }, "spec.retraining.cloudEvent.url", "must not carry credentials"),
        Event("an event that waits an hour", e => e with { Timeout = "1h" }, "spec.retraining.cloudEvent.timeout", "from 100ms to 2m"),
        Event("an event with a Secret without a key", e => e with { AuthSecretRef = new SecretKeySettings { Name = "events" } }, "spec.retraining.cloudEvent.authSecretRef.key", "is required", true),
        Spec("negative bake", s => s with { Bake = new BakeSettings { Duration = "-5m" } }, "spec.bake.duration", "duration such as", true),
        Spec("bake of a century", s => s with { Bake = new BakeSettings { Duration = "900000h" } }, "spec.bake.duration", "at most a year"),
        Model("no uri", m => m with { Uri = "" }, "spec.model.uri", "is required", true),
        Model("uri of another scheme", m => m with { Uri = "ftp://models.test/model.onnx" }, "spec.model.uri", "file:///path", true),
        Model("bucket without a key", m => m with { Uri = "s3://bucket" }, "spec.model.uri", "s3://bucket/key"),
        Model("claim without a path", m => m with { Uri = "pvc://claim/" }, "spec.model.uri", "pvc://claim/path"),
        Model("claim that is no name", m => m with { Uri = "pvc://My_Claim:80/m.onnx" }, "spec.model.uri", "must name a claim"),
        Model("two claims", m => m with { Uri = "pvc://claim/m.onnx", PersistentVolumeClaim = "other" }, "spec.model.persistentVolumeClaim", "must be left out"),
        Model("registry with a password", m => m with { Uri = "oci://me:secret@registry.test/m:v1" }, "spec.model.uri", "must not carry credentials"),
        Model("uri that is a path", m => m with { Uri = "/models/model.onnx" }, "spec.model.uri", "file:///path", true),
        Model("uri without a host", m => m with { Uri = "http:///model.onnx" }, "spec.model.uri", "http://"),
        Model("uri with a password", m => m with { Uri = "https://me:secret@models.test/m.onnx" }, "spec.model.uri", "must not carry credentials"),
        Model("uri without end", m => m with { Uri = "http://m/" + new string('x', 3000) }, "spec.model.uri", "2048", true),
        Model("short sha256", m => m with { Sha256 = "abc" }, "spec.model.sha256", "64 lower-case hexadecimal", true),
        Model("sha256 in capitals", m => m with { Sha256 = new string('A', 64) }, "spec.model.sha256", "64 lower-case hexadecimal", true),
        Model("sha256 with its name", m => m with { MetadataSha256 = "sha256:" + new string('a', 64) }, "spec.model.metadataSha256", "64", true),
        Model("baseline digest of nonsense", m => m with { BaselineSha256 = new string('g', 64) }, "spec.model.baselineSha256", "hexadecimal", true),
        Model("golden digest too short", m => m with { GoldenSha256 = new string('a', 63) }, "spec.model.goldenSha256", "64 lower-case hexadecimal", true),
        Model("claim with a slash", m => m with { PersistentVolumeClaim = "a/b" }, "spec.model.persistentVolumeClaim", "name of an object", true),
        Server("image with a space", s => s with { Image = "a b" }, "spec.server.image", "without white space"),
        Server("unknown pull policy", s => s with { ImagePullPolicy = "Sometimes" }, "spec.server.imagePullPolicy", "Always, IfNotPresent, Never", true),
        Server("too many threads", s => s with { Threads = 1000 }, "spec.server.threads", "from 0 to 256", true),
        Server("variable of the operator's", s => s with { Env = [new EnvVar { Name = "CANARIO_MODEL", Value = "x" }] }, "spec.server.env[0].name", "must not begin with CANARIO_"),
        Server("variable twice", s => s with { Env = [new EnvVar { Name = "A" }, new EnvVar { Name = "A" }] }, "spec.server.env[1].name", "unique", true),
        Server("variable with a space", s => s with { Env = [new EnvVar { Name = "A B" }] }, "spec.server.env[0].name", "environment variable"),
        Server("too many variables", s => s with { Env = [.. Enumerable.Range(0, 65).Select(i => new EnvVar { Name = $"V{i}" })] }, "spec.server.env", "at most 64", true),
        Server("label of the operator's", s => s with { PodLabels = new Dictionary<string, string> { ["canario.dev/model"] = "x" } }, "spec.server.podLabels", "operator's own"),
        Server("label with a space", s => s with { PodLabels = new Dictionary<string, string> { ["a"] = "b c" } }, "spec.server.podLabels[a]", "label's value"),
        Server("memory of nonsense", s => s with { Resources = new ResourceSettings { Limits = new Dictionary<string, IntOrString> { ["memory"] = "much" } } }, "spec.server.resources.limits.memory", "quantity such as"),
        Service("unknown service type", s => s with { Type = "Headless" }, "spec.service.type", "ClusterIP, NodePort, LoadBalancer", true),
        Service("port 0", s => s with { Port = 0 }, "spec.service.port", "from 1 to 65535", true),
        Service("port over the end", s => s with { GrpcPort = 70000 }, "spec.service.grpcPort", "from 1 to 65535", true),
        Service("one port for two", s => s with { Port = 80, GrpcPort = 80 }, "spec.service.grpcPort", "must differ"),
        Service("node port without NodePort", s => s with { NodePort = 30000 }, "spec.service.nodePort", "needs type NodePort"),
        Spec("unknown strategy", s => s with { Strategy = new StrategySettings { Type = "Yolo" } }, "spec.strategy.type", "Canary, BlueGreen, RollingUpdate, Recreate, Shadow, AB", true),
        Spec("canary steps in a blue-green", s => s with { Strategy = new StrategySettings { Type = "BlueGreen", Canary = new CanarySettings() } }, "spec.strategy.canary", "needs type Canary"),
        Spec("blue-green in a canary", s => s with { Strategy = new StrategySettings { BlueGreen = new BlueGreenSettings() } }, "spec.strategy.blueGreen", "needs type BlueGreen"),
        Spec("blue-green in a recreate", s => s with { Strategy = new StrategySettings { Type = "Recreate", BlueGreen = new BlueGreenSettings() } }, "spec.strategy.blueGreen", "needs type BlueGreen"),
        Spec("rolling update in a canary", s => s with { Strategy = new StrategySettings { RollingUpdate = new RollingUpdateSettings() } }, "spec.strategy.rollingUpdate", "needs type RollingUpdate"),
        Spec("rolling update of too many", s => s with { Replicas = 101, Strategy = new StrategySettings { Type = "RollingUpdate" } }, "spec.replicas", "at most 100 with strategy RollingUpdate"),
        Spec("shadow in a canary", s => s with { Strategy = new StrategySettings { Shadow = new ShadowSettings() } }, "spec.strategy.shadow", "needs type Shadow"),
        Shadow("canary steps of a shadow that is dropped", s => s with { Then = "Drop" }, "spec.strategy.canary", "Shadow with then: Canary", canary: new CanarySettings()),
        Shadow("shadow that ends in nothing", s => s with { Then = "Wait" }, "spec.strategy.shadow.then", "Canary, Promote, Drop", schema: true),
        Shadow("copies of nothing", s => s with { Steps = [new ShadowStepSettings { Percent = 0 }] }, "spec.strategy.shadow.steps[0].percent", "from 1 to 100", schema: true),
        Shadow("copies of more than all", s => s with { Steps = [new ShadowStepSettings { Percent = 101 }] }, "spec.strategy.shadow.steps[0].percent", "from 1 to 100", schema: true),
        Shadow("too many steps of a shadow", s => s with { Steps = [.. Enumerable.Repeat(new ShadowStepSettings { Percent = 1 }, 21)] }, "spec.strategy.shadow.steps", "at most 20", schema: true),
        Shadow("shadow's gate that there is not", s => s with { Steps = [new ShadowStepSettings { Percent = 1, Gates = ["x"] }] }, "spec.strategy.shadow.steps[0].gates[0]", "must be one of"),
        Shadow("errors of copies", s => s with { Steps = [new ShadowStepSettings { Percent = 1, Gates = ["errors"] }] }, "spec.strategy.shadow.steps[0].gates[0]", "has only copies"),
        Spec("truths of copies", s => s with { Gates = [Quality], Strategy = new StrategySettings { Type = "Shadow", Shadow = new ShadowSettings { Steps = [new ShadowStepSettings { Percent = 1, Gates = ["quality"] }] } } }, "spec.strategy.shadow.steps[0].gates[0]", "has only copies"),
        Shadow("agreement of traffic", s => s, "spec.strategy.canary.steps[0].gates[0]", "the step has none", canary: new CanarySettings { Steps = [new CanaryStepSettings { Weight = 5, Gates = ["agreement"] }] }),
        Shadow("shadow's hold of words", s => s with { Steps = [new ShadowStepSettings { Percent = 1, Hold = new HoldSettings { Duration = "soon" } }] }, "spec.strategy.shadow.steps[0].hold.duration", "duration such as", schema: true),
        Spec("test in a canary", s => s with { Strategy = new StrategySettings { Ab = new AbSettings() } }, "spec.strategy.ab", "needs type AB"),
        Ab("test of all requests", a => a with { Weight = 100 }, "spec.strategy.ab.weight", "from 0 to 99", true),
        Ab("test of no request", a => a with { Weight = 0 }, "spec.strategy.ab.weight", "spec.traffic.matches"),
        Ab("test of feelings", a => a with { Metric = "Vibes" }, "spec.strategy.ab.metric", "ErrorRate, Latency", true),
        Ab("test that ends in nothing", a => a with { Then = "Wait" }, "spec.strategy.ab.then", "Promote, Keep", true),
        Ab("test of latency without a bound", a => a with { Metric = "Latency" }, "spec.strategy.ab.bound", "histogram's bounds"),
        Ab("bound of a test of errors", a => a with { Bound = "100ms" }, "spec.strategy.ab.bound", "needs metric Latency"),
        Ab("test of no samples", a => a with { MinSamples = 0 }, "spec.strategy.ab.minSamples", "from 1", true),
        Ab("test of words", a => a with { Duration = "a day" }, "spec.strategy.ab.duration", "duration such as", true),
        Ab("test that ends before it may", a => a with { MinDuration = "2h" }, "spec.strategy.ab.minDuration", "at most spec.strategy.ab.duration, 1h"),
        Spec("gate with the test's name", s => s with { Strategy = new StrategySettings { Type = "AB" }, Gates = [Errors with { Name = "ab-test" }] }, "spec.gates[0].name", "with strategy AB"),
        Gate("agreement without copies", Agreement, "spec.gates[0].type", "needs strategy Shadow"),
        Gate("agreement without a bound", Agreement with { Max = null }, "spec.gates[0]", "needs max (a share from 0 to 1), maxMeanDifference, min (the lowest rank correlation, from 0 to 1) or some"),
        Gate("agreement in percent", Agreement with { Max = 5 }, "spec.gates[0].max", "from 0 to 1"),
        Gate("order in percent", Agreement with { Min = 95 }, "spec.gates[0].min", "from 0 to 1"),
        Gate("order that is reversed", Agreement with { Min = -0.5 }, "spec.gates[0].min", "from 0 to 1"),
        Gate("negative difference", Agreement with { MaxMeanDifference = -1 }, "spec.gates[0].maxMeanDifference", "from 0 to", true),
        Gate("difference of errors", Errors with { MaxMeanDifference = 1 }, "spec.gates[0].maxMeanDifference", "needs type ShadowAgreement"),
        Gate("ratio of an agreement", Agreement with { MaxRatioToStable = 2 }, "spec.gates[0].maxRatioToStable", "needs type ErrorRate"),
        Gate("statistic of an agreement", Agreement with { Statistic = "Psi" }, "spec.gates[0].statistic", "needs type PredictionDrift"),
        Rolling("surge of none", r => r with { MaxSurge = 0 }, "spec.strategy.rollingUpdate.maxSurge", "from 1 to 1000"),
        Rolling("surge of no per cent", r => r with { MaxSurge = "0%" }, "spec.strategy.rollingUpdate.maxSurge", "from 1% to 100%"),
        Rolling("surge of words", r => r with { MaxSurge = "some" }, "spec.strategy.rollingUpdate.maxSurge", "from 1% to 100%"),
        Rolling("negative missing", r => r with { MaxUnavailable = -1 }, "spec.strategy.rollingUpdate.maxUnavailable", "from 0 to 1000"),
        Rolling("missing more than all", r => r with { MaxUnavailable = "101%" }, "spec.strategy.rollingUpdate.maxUnavailable", "from 0% to 100%"),
        Rolling("rolling hold of words", r => r with { Hold = new HoldSettings { Duration = "soon" } }, "spec.strategy.rollingUpdate.hold.duration", "duration such as", true),
        Steps("weight over 100", "spec.strategy.canary.steps[0].weight", "from 0 to 100", true, new CanaryStepSettings { Weight = 101 }),
        Steps("negative weight", "spec.strategy.canary.steps[0].weight", "from 0 to 100", true, new CanaryStepSettings { Weight = -1 }),
        Steps("weights that fall", "spec.strategy.canary.steps[1].weight", "greater than 50", false, new CanaryStepSettings { Weight = 50 }, new CanaryStepSettings { Weight = 10 }),
        Steps("weights that stay", "spec.strategy.canary.steps[1].weight", "greater than 10", false, new CanaryStepSettings { Weight = 10 }, new CanaryStepSettings { Weight = 10 }),
        Steps("too many steps", "spec.strategy.canary.steps", "at most 20", true, [.. Enumerable.Range(1, 21).Select(i => new CanaryStepSettings { Weight = i })]),
        Steps("gate that there is not", "spec.strategy.canary.steps[0].gates[0]", "must be the name of a gate", false, new CanaryStepSettings { Weight = 10, Gates = ["errors"] }),
        Steps("hold of words", "spec.strategy.canary.steps[0].hold.duration", "duration such as", true, new CanaryStepSettings { Weight = 10, Hold = new HoldSettings { Duration = "five minutes" } }),
        Steps("deadline of nothing", "spec.strategy.canary.steps[0].hold.deadline", "at least 1s", false, new CanaryStepSettings { Weight = 10, Hold = new HoldSettings { Deadline = "0s" } }),
        Gate("bound beyond all numbers", Errors with { Max = -1e13 }, "spec.gates[0].max", "from 0 to 1", true),
        Gate("query of nothing", Query with { Query = null }, "spec.gates[0].query", "PromQL"),
        Gate("query without a bound", Query with { Max = null }, "spec.gates[0]", "needs max, min or both"),
        Gate("query without end", Query with { Query = new string('x', 5000) }, "spec.gates[0].query", "4096", true),
        Gate("query that nothing passes", Query with { Min = 11 }, "spec.gates[0].min", "not be more than max"),
        Gate("query about somebody", Query with { Query = "up{pod=\"{{pod}}\"}" }, "spec.gates[0].query", "may hold {{namespace}}, {{model}}, {{revision}}, {{stable}}, {{window}}"),
        Gate("query of an error rate", Errors with { Query = "up" }, "spec.gates[0].query", "needs type Query"),
        Gate("lowest error rate", Errors with { Min = 0 }, "spec.gates[0].min", "needs type ShadowAgreement or Quality or Query"),
        Gate("confidence without a bound", new GateSettings { Name = "c", Type = GateTypes.Confidence }, "spec.gates[0].max", "is required: the largest drop"),
        Gate("confidence in percent", new GateSettings { Name = "c", Type = GateTypes.Confidence, Max = 5 }, "spec.gates[0].max", "from 0 to 1"),
        Gate("lowest confidence", new GateSettings { Name = "c", Type = GateTypes.Confidence, Max = 0.1, Min = 0.9 }, "spec.gates[0].min", "needs type ShadowAgreement or Quality or Query"),
        Gate("ratio of confidences", new GateSettings { Name = "c", Type = GateTypes.Confidence, Max = 0.1, MaxRatioToStable = 2 }, "spec.gates[0].maxRatioToStable", "needs type ErrorRate or Latency or Quality"),
        Gate("quality without a bound", Quality with { Min = null }, "spec.gates[0]", "needs min (the lowest accuracy of classes, from 0 to 1), max"),
        Gate("accuracy in percent", Quality with { Min = 90 }, "spec.gates[0].min", "from 0 to 1"),
        Gate("accuracy below nothing", Quality with { Min = -0.1 }, "spec.gates[0].min", "from 0 to 1"),
        Gate("negative error", Quality with { Min = null, Max = -1 }, "spec.gates[0].max", "from 0 to"),
        Gate("quality of classes and of numbers", Quality with { Max = 5 }, "spec.gates[0].max", "left out with min"),
        Gate("quality of features", Quality with { Features = ["a"] }, "spec.gates[0].features", "needs type FeatureDrift"),
        Gate("quality of slow ones", Quality with { Bound = "100ms" }, "spec.gates[0].bound", "needs type Latency"),
        Gate("drift beyond measure", new GateSettings { Name = "d", Type = GateTypes.PredictionDrift, Max = 101 }, "spec.gates[0].max", "from 0 to 100"),
        Spec("query of pods", s => s with { Gates = [Query], Metrics = new MetricsSettings { Source = "Direct" } }, "spec.gates[0].type", "needs a Prometheus"),
        Gate("gate without a name", Errors with { Name = "" }, "spec.gates[0].name", "is required", true),
        Gate("gate in capitals", Errors with { Name = "Errors" }, "spec.gates[0].name", "lower-case", true),
        Gate("unknown gate type", Errors with { Type = "Vibes" }, "spec.gates[0].type", "ErrorRate, Latency, FeatureDrift, PredictionDrift, ShadowAgreement", true),
        Gate("gate without a bound", Errors with { Max = null }, "spec.gates[0]", "needs max"),
        Gate("share in percent", Errors with { Max = 5 }, "spec.gates[0].max", "from 0 to 1"),
        Gate("negative share", Errors with { Max = -0.1 }, "spec.gates[0].max", "from 0 to 1"),
        Gate("share that is no number", Errors with { Max = double.NaN }, "spec.gates[0].max", "from 0 to 1"),
        Gate("ratio under 1", Errors with { MaxRatioToStable = 0.5 }, "spec.gates[0].maxRatioToStable", "from 1 to 1000", true),
        Gate("no samples", Errors with { MinSamples = 0 }, "spec.gates[0].minSamples", "from 1", true),
        Gate("unknown policy", Errors with { OnFail = "Panic" }, "spec.gates[0].onFail", "Rollback, Hold, Alert", true),
        Gate("unknown policy for no data", Errors with { OnInsufficientData = "Guess" }, "spec.gates[0].onInsufficientData", "Wait, Pass, Rollback", true),
        Gate("latency without a bound", Errors with { Type = GateTypes.Latency }, "spec.gates[0].bound", "histogram's bounds"),
        Gate("latency between two buckets", Errors with { Type = GateTypes.Latency, Bound = "250ms" }, "spec.gates[0].bound", "200ms, 500ms"),
        Gate("bound of an error rate", Errors with { Bound = "200ms" }, "spec.gates[0].bound", "needs type Latency"),
        Gate("statistic of an error rate", Errors with { Statistic = "Psi" }, "spec.gates[0].statistic", "needs type PredictionDrift"),
        Gate("unknown statistic", new GateSettings { Name = "d", Type = GateTypes.PredictionDrift, Statistic = "Chi" }, "spec.gates[0].statistic", "Psi, KolmogorovSmirnov", true),
        Gate("distance over 1", new GateSettings { Name = "d", Type = GateTypes.PredictionDrift, Statistic = "KolmogorovSmirnov", Max = 2 }, "spec.gates[0].max", "from 0 to 1"),
        Gate("features of predictions", new GateSettings { Name = "d", Type = GateTypes.PredictionDrift, Features = ["a"] }, "spec.gates[0].features", "needs type FeatureDrift"),
        Spec("gate twice", s => s with { Gates = [Errors, Errors] }, "spec.gates[1].name", "must be unique", true),
        Spec("too many gates", s => s with { Gates = [.. Enumerable.Range(0, 17).Select(i => Errors with { Name = $"g{i}" })] }, "spec.gates", "at most 16", true),
        Traffic("header with a space", t => t with { StickyHeader = "x user" }, "spec.traffic.stickyHeader", "name of a header", true),
        Traffic("timeout of hours", t => t with { Timeout = "2h" }, "spec.traffic.timeout", "from 1ms to 1h"),
        Traffic("match without a value", t => t with { Matches = [new MatchSettings { Header = "a" }] }, "spec.traffic.matches[0].value", "is required", true),
        Traffic("match with a line feed", t => t with { Matches = [new MatchSettings { Header = "a", Value = "b\r\nc: d" }] }, "spec.traffic.matches[0].value", "control characters"),
        Traffic("match for nobody", t => t with { Matches = [new MatchSettings { Header = "a", Value = "b", Target = "Both" }] }, "spec.traffic.matches[0].target", "Candidate, Stable", true),
        Traffic("match by nothing", t => t with { Matches = [new MatchSettings { Value = "b" }] }, "spec.traffic.matches[0]", "either header or cookie"),
        Traffic("match by both", t => t with { Matches = [new MatchSettings { Header = "a", Cookie = "a", Value = "b" }] }, "spec.traffic.matches[0]", "either header or cookie"),
        Traffic("cookie with a value of two", t => t with { Matches = [new MatchSettings { Cookie = "a", Value = "b; c=d" }] }, "spec.traffic.matches[0].value", "value of a cookie"),
        Traffic("cookie with an equals sign", t => t with { Matches = [new MatchSettings { Cookie = "a=b", Value = "c" }] }, "spec.traffic.matches[0].cookie", "name of a cookie", true),
        Traffic("sticky cookie with a space", t => t with { StickyCookie = "my session" }, "spec.traffic.stickyCookie", "name of a cookie", true),
        Provided("sessions kept by a Service", s => s with { Traffic = s.Traffic with { StickyCookie = "session" } }, "spec.traffic.stickyCookie", "needs provider Router"),
        Traffic("traffic by a mesh", t => t with { Provider = "Istio" }, "spec.traffic.provider", "Router, Service, GatewayApi", true),
        Provided("users kept by a Service", s => s with { Traffic = s.Traffic with { StickyHeader = "x-user" } }, "spec.traffic.stickyHeader", "needs provider Router"),
        Provided("requests matched by a Service", s => s with { Traffic = s.Traffic with { Matches = [new MatchSettings { Header = "a", Value = "b" }] } }, "spec.traffic.matches", "left out with provider Service"),
        Provided("timeout of a Service", s => s with { Traffic = s.Traffic with { Timeout = "5s" } }, "spec.traffic.timeout", "30s"),
        Provided("copies by a Service", s => s with { Strategy = new StrategySettings { Type = "Shadow" } }, "spec.strategy.type", "needs provider Router or GatewayApi"),
        Provided("test by a Service", s => s with { Strategy = new StrategySettings { Type = "AB" } }, "spec.strategy.type", "needs provider Router"),
        Provided("autoscaling behind a Service", s => s with { Replicas = 1, Autoscaling = new AutoscalingSettings { MaxReplicas = 5 } }, "spec.autoscaling", "left out with provider Service"),
        Provided("comparison by a Service", s => s with { Gates = [Agreement], Strategy = new StrategySettings { Type = "Shadow" } }, "spec.gates[0].type", "only Canario's routers compare"),
        Provided("tenth of four pods", s => s with { Strategy = new StrategySettings { Canary = new CanarySettings { Steps = [new CanaryStepSettings { Weight = 10 }] } } }, "spec.strategy.canary.steps[0].weight", "with 4 replicas one of 0, 25, 50, 75"),
        Traffic("gateway without a name for it", t => t with { Provider = "GatewayApi" }, "spec.traffic.gateway", "is required with provider GatewayApi"),
        Traffic("gateway of routers", t => t with { Gateway = new GatewaySettings { Name = "web" } }, "spec.traffic.gateway", "needs provider GatewayApi"),
        Gateway("gateway in capitals", s => s with { Traffic = s.Traffic with { Gateway = new GatewaySettings { Name = "Web" } } }, "spec.traffic.gateway.name", "lower-case"),
        Gateway("gateway's name missing", s => s with { Traffic = s.Traffic with { Gateway = new GatewaySettings() } }, "spec.traffic.gateway.name", "is required", true),
        Gateway("gateway of a namespace with a dot", s => s with { Traffic = s.Traffic with { Gateway = s.Traffic.Gateway! with { Namespace = "a.b" } } }, "spec.traffic.gateway.namespace", "lower-case"),
        Gateway("gateway's section with a space", s => s with { Traffic = s.Traffic with { Gateway = s.Traffic.Gateway! with { SectionName = "a b" } } }, "spec.traffic.gateway.sectionName", "lower-case"),
        Gateway("host with a port", s => s with { Traffic = s.Traffic with { Gateway = s.Traffic.Gateway! with { Hostnames = ["a.example.com", "b.example.com:80"] } } }, "spec.traffic.gateway.hostnames[1]", "name of a host"),
        Gateway("too many hosts", s => s with { Traffic = s.Traffic with { Gateway = s.Traffic.Gateway! with { Hostnames = [.. Enumerable.Range(0, 17).Select(i => $"h{i}")] } } }, "spec.traffic.gateway.hostnames", "at most 16", true),
        Gateway("path without a slash", s => s with { Traffic = s.Traffic with { Gateway = s.Traffic.Gateway! with { Path = "iris" } } }, "spec.traffic.gateway.path", "such as /penguins"),
        Gateway("path to the parent", s => s with { Traffic = s.Traffic with { Gateway = s.Traffic.Gateway! with { Path = "/a/../b" } } }, "spec.traffic.gateway.path", "must not hold ."),
        Gateway("users kept by a gateway", s => s with { Traffic = s.Traffic with { StickyHeader = "x-user" } }, "spec.traffic.stickyHeader", "GatewayApi keeps no user"),
        Gateway("sessions matched by a gateway", s => s with { Traffic = s.Traffic with { Matches = [new MatchSettings { Cookie = "a", Value = "b" }] } }, "spec.traffic.matches[0].cookie", "an HTTPRoute matches headers"),
        Gateway("timeout of a gateway", s => s with { Traffic = s.Traffic with { Timeout = "5s" } }, "spec.traffic.timeout", "30s"),
        Gateway("test by a gateway", s => s with { Strategy = new StrategySettings { Type = "AB" } }, "spec.strategy.type", "needs provider Router"),
        Gateway("comparison by a gateway", s => s with { Gates = [Agreement], Strategy = new StrategySettings { Type = "Shadow" } }, "spec.gates[0].type", "only Canario's routers compare"),
        Gateway("a rule too many", s => s with { Traffic = s.Traffic with { Matches = [.. Enumerable.Range(0, 16).Select(i => new MatchSettings { Header = "a", Value = $"{i}" })] } }, "spec.traffic.matches", "at most 15"),
        Spec("unknown metric source", s => s with { Metrics = new MetricsSettings { Source = "Graphite" } }, "spec.metrics.source", "Prometheus, Direct", true),
        Prometheus("provider of another scheme", p => p with { Address = "ftp://prometheus" }, "spec.metrics.prometheus.address", "http://", true),
        Prometheus("provider with a password", p => p with { Address = "http://me:secret@prometheus" }, "spec.metrics.prometheus.address", "use authSecretRef"),
        Prometheus("timeout too short", p => p with { Timeout = "1ms" }, "spec.metrics.prometheus.timeout", "from 100ms to 2m"),
        Prometheus("secret without a key", p => p with { AuthSecretRef = new SecretKeySettings { Name = "s" } }, "spec.metrics.prometheus.authSecretRef.key", "is required", true),
    ];

    static InvalidSpec Spec(string name, Func<ModelDeploymentSpec, ModelDeploymentSpec> change, string path, string allowed, bool schema = false) =>
        new(name, d => d with { Spec = change(d.Spec) }, path, allowed, schema);

    static InvalidSpec Scaled(
        string name, Func<AutoscalingSettings, AutoscalingSettings> change, string path, string allowed, bool schema = false, int replicas = 1, string strategy = StrategyNames.Canary, ResourceSettings? resources = null) =>
        Spec(
            name,
            s => s with { Replicas = replicas, Autoscaling = change(new AutoscalingSettings { MaxReplicas = 5 }), Strategy = new StrategySettings { Type = strategy }, Server = new ServerSpec { Resources = resources } },
            path,
            allowed,
            schema);

    static InvalidSpec Metric(string name, AutoscalingMetricSettings metric, string path, string allowed, bool schema = false) => Scaled(name, s => s with { Metrics = [metric] }, path, allowed, schema);

    static InvalidSpec Ab(string name, Func<AbSettings, AbSettings> change, string path, string allowed, bool schema = false) =>
        Spec(name, s => s with { Strategy = new StrategySettings { Type = "AB", Ab = change(new AbSettings()) } }, path, allowed, schema);

    static InvalidSpec Retraining(string name, Func<RetrainingSettings, RetrainingSettings> change, string path, string allowed, bool schema = false) =>
        Spec(name, s => s with { Retraining = change(new RetrainingSettings { CronJob = "train" }) }, path, allowed, schema);

    static InvalidSpec Event(string name, Func<CloudEventSettings, CloudEventSettings> change, string path, string allowed, bool schema = false) =>
        Retraining(name, r => r with { CronJob = null, CloudEvent = change(new CloudEventSettings { Url = "https://events.test" }) }, path, allowed, schema);

    static InvalidSpec Drift(string name, Func<DriftSettings, DriftSettings> change, string path, string allowed, bool schema = false) =>
        Spec(name, s => s with { Drift = change(s.Drift) }, path, allowed, schema);

    static InvalidSpec Model(string name, Func<ModelSpec, ModelSpec> change, string path, string allowed, bool schema = false) =>
        Spec(name, s => s with { Model = change(s.Model) }, path, allowed, schema);

    static InvalidSpec Server(string name, Func<ServerSpec, ServerSpec> change, string path, string allowed, bool schema = false) =>
        Spec(name, s => s with { Server = change(s.Server) }, path, allowed, schema);

    static InvalidSpec Service(string name, Func<ServiceSettings, ServiceSettings> change, string path, string allowed, bool schema = false) =>
        Spec(name, s => s with { Service = change(s.Service) }, path, allowed, schema);

    static InvalidSpec Traffic(string name, Func<TrafficSettings, TrafficSettings> change, string path, string allowed, bool schema = false) =>
        Spec(name, s => s with { Traffic = change(s.Traffic) }, path, allowed, schema);

    static InvalidSpec Provided(string name, Func<ModelDeploymentSpec, ModelDeploymentSpec> change, string path, string allowed) =>
        Spec(name, s => change(s with { Replicas = 4, Traffic = new TrafficSettings { Provider = "Service" } }), path, allowed);

    static InvalidSpec Gateway(string name, Func<ModelDeploymentSpec, ModelDeploymentSpec> change, string path, string allowed, bool schema = false) =>
        Spec(name, s => change(s with { Traffic = new TrafficSettings { Provider = "GatewayApi", Gateway = new GatewaySettings { Name = "web" } } }), path, allowed, schema);

    static InvalidSpec Steps(string name, string path, string allowed, bool schema, params CanaryStepSettings[] steps) =>
        Spec(name, s => s with { Strategy = new StrategySettings { Canary = new CanarySettings { Steps = steps } } }, path, allowed, schema);

    static InvalidSpec Shadow(string name, Func<ShadowSettings, ShadowSettings> change, string path, string allowed, CanarySettings? canary = null, bool schema = false) =>
        Spec(name, s => s with { Gates = [Errors, Agreement], Strategy = new StrategySettings { Type = "Shadow", Shadow = change(new ShadowSettings()), Canary = canary } }, path, allowed, schema);

    static InvalidSpec Rolling(string name, Func<RollingUpdateSettings, RollingUpdateSettings> change, string path, string allowed, bool schema = false) =>
        Spec(name, s => s with { Strategy = new StrategySettings { Type = "RollingUpdate", RollingUpdate = change(new RollingUpdateSettings()) } }, path, allowed, schema);

    static InvalidSpec Gate(string name, GateSettings gate, string path, string allowed, bool schema = false) =>
        Spec(name, s => s with { Gates = [gate] }, path, allowed, schema);

    static InvalidSpec Prometheus(string name, Func<PrometheusSettings, PrometheusSettings> change, string path, string allowed, bool schema = false) =>
        Spec(name, s => s with { Metrics = new MetricsSettings { Prometheus = change(new PrometheusSettings { Address = "http://prometheus:9090" }) } }, path, allowed, schema);
}
