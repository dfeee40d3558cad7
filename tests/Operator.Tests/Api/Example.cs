using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Rollouts;

namespace Canario.Operator.Tests.Api;

static class Example
{
    public static ModelDeployment Minimal() => new()
    {
        ApiVersion = ModelDeployment.GroupVersion,
        Kind = ModelDeployment.KindName,
        Metadata = new ObjectMeta { Name = "iris", Namespace = "team", Uid = "5b3f0f0e-0000-4000-8000-000000000001" },
        Spec = new ModelDeploymentSpec { Model = new ModelSpec { Uri = "http://models.test/iris/v1/model.onnx" } },
    };

    /// <summary>Says something in every corner of the spec.</summary>
    public static ModelDeployment Full() => Minimal() with
    {
        Spec = new ModelDeploymentSpec
        {
            Replicas = 4,
            Model = new ModelSpec
            {
                Uri = "file:///models/iris/v2/model.onnx",
                Sha256 = new string('a', 64),
                MetadataSha256 = new string('b', 64),
                BaselineSha256 = new string('c', 64),
                GoldenSha256 = new string('e', 64),
                PersistentVolumeClaim = "models",
            },
            Server = new ServerSpec
            {
                Image = "registry.test/iris:2",
                ImagePullPolicy = "IfNotPresent",
                ImagePullSecrets = [new LocalObjectReference { Name = "pull" }],
                Resources = new ResourceSettings
                {
                    Requests = new Dictionary<string, IntOrString> { ["memory"] = "512Mi", ["cpu"] = 1 },
                    Limits = new Dictionary<string, IntOrString> { ["memory"] = "1Gi" },
                },
                Env = [new EnvVar { Name = "TZ", Value = "UTC" }, new EnvVar { Name = "TOKEN", ValueFrom = new EnvVarSource { SecretKeyRef = new KeySelector { Name = "s", Key = "k" } } }],
                Threads = 2,
                NodeSelector = new Dictionary<string, string> { ["disk"] = "ssd", ["arch"] = "amd64" },
                Tolerations = [new Toleration { Key = "ml", Operator = "Exists", Effect = "NoSchedule" }],
                ServiceAccountName = "iris",
                PodLabels = new Dictionary<string, string> { ["team"] = "plants" },
                PodAnnotations = new Dictionary<string, string> { ["note"] = "x" },
            },
            Service = new ServiceSettings { Type = "NodePort", Port = 8000, GrpcPort = 8001, NodePort = 30080, Annotations = new Dictionary<string, string> { ["lb"] = "internal" } },
            Strategy = new StrategySettings
            {
                Canary = new CanarySettings
                {
                    Steps =
                    [
                        new CanaryStepSettings { Weight = 0, Hold = new HoldSettings { Manual = true } },
                        new CanaryStepSettings { Weight = 5, Hold = new HoldSettings { Duration = "1m30s", Deadline = "2h" }, Gates = ["errors"] },
                        new CanaryStepSettings { Weight = 50 },
                    ],
                },
            },
            Gates =
            [
                new GateSettings { Name = "errors", Type = GateTypes.ErrorRate, Max = 0.01, MaxRatioToStable = 2 },
                new GateSettings { Name = "slow", Type = GateTypes.Latency, Bound = "200ms", Max = 0.05, OnFail = "Hold" },
                new GateSettings { Name = "outputs", Type = GateTypes.PredictionDrift, Statistic = "Psi", Max = 0.2, OnInsufficientData = "Pass" },
                new GateSettings { Name = "inputs", Type = GateTypes.FeatureDrift, Statistic = "KolmogorovSmirnov", Features = ["petal"], DryRun = true },
            ],
            Bake = new BakeSettings { Duration = "1h" },
            ProgressDeadline = "15m",
            Traffic = new TrafficSettings
            {
                StickyHeader = "x-user",
                StickyCookie = "session",
                Timeout = "2s",
                Matches = [new MatchSettings { Header = "x-tester", Value = "yes" }, new MatchSettings { Cookie = "old", Value = "1", Target = "Stable" }],
            },
            Metrics = new MetricsSettings { Prometheus = new PrometheusSettings { Address = "https://prometheus.test:9090/base", Timeout = "5s", AuthSecretRef = new SecretKeySettings { Name = "prom", Key = "token" } } },
            Drift = new DriftSettings { Interval = "1m", Window = "24h", MinSamples = 1000, Looks = 5, Features = new DriftBoundSettings { Psi = 0.2, Ks = 0.15 }, MinAccuracy = 0.9, Ignore = ["hour"] },
            Retraining = new RetrainingSettings
            {
                CloudEvent = new CloudEventSettings { Url = "https://events.test/retrain", Timeout = "5s", AuthSecretRef = new SecretKeySettings { Name = "events", Key = "token" } },
                Schedule = "0 3 * * MON",
                Cooldown = "12h",
            },
            RevisionHistoryLimit = 5,
        },
    };
}
