using Canario.Contract;
using Canario.Kubernetes.Models;

namespace Canario.Operator.Desired;

/// <summary>The routers of one namespace. Owned by no ModelDeployment, since all share them; there while the namespace has one.</summary>
static class RouterObjects
{
    public const string ContainerName = "router";

    /// <summary>The router drains for some seconds and lets the longest default request end.</summary>
    const int TerminationGraceSeconds = 60;

    public static SortedDictionary<string, string> BuildSelector() => new(StringComparer.Ordinal)
    {
        [Labels.ManagedBy] = Labels.ManagedByCanario,
        [Labels.Component] = Labels.ComponentRouter,
    };

    public static ServiceAccount BuildServiceAccount(string ns) => new()
    {
        ApiVersion = "v1",
        Kind = "ServiceAccount",
        Metadata = BuildMetadata(ns),
        AutomountServiceAccountToken = false,
    };

    /// <summary>The operator can only grant what it may do itself: the chart's ClusterRole holds these rules too.</summary>
    public static Role BuildRole(string ns) => new()
    {
        ApiVersion = "rbac.authorization.k8s.io/v1",
        Kind = "Role",
        Metadata = BuildMetadata(ns),
        Rules =
        [
            new PolicyRule { ApiGroups = [""], Resources = ["configmaps"], Verbs = ["list", "watch"] },
            new PolicyRule { ApiGroups = ["discovery.k8s.io"], Resources = ["endpointslices"], Verbs = ["list", "watch"] },
        ],
    };

    public static RoleBinding BuildRoleBinding(string ns) => new()
    {
        ApiVersion = "rbac.authorization.k8s.io/v1",
        Kind = "RoleBinding",
        Metadata = BuildMetadata(ns),
        RoleRef = new RoleRef { ApiGroup = "rbac.authorization.k8s.io", Kind = "Role", Name = Names.Router },
        Subjects = [new Subject { Kind = "ServiceAccount", Name = Names.Router, Namespace = ns }],
    };

    /// <summary>Headless: the routers' admin ports by name, for whoever scrapes or debugs. The operator asks each pod at its own address.</summary>
    public static Service BuildService(string ns) => new()
    {
        ApiVersion = "v1",
        Kind = "Service",
        Metadata = BuildMetadata(ns),
        Spec = new ServiceSpec
        {
            Type = "ClusterIP",
            ClusterIP = "None",
            Selector = BuildSelector(),
            Ports = [new ServicePort { Name = Ports.AdminName, Protocol = "TCP", Port = Ports.Admin, TargetPort = Ports.AdminName }],
        },
    };

    public static PodDisruptionBudget BuildPodDisruptionBudget(string ns, DesiredOptions options) => new()
    {
        ApiVersion = options.HasPolicyV1 ? "policy/v1" : "policy/v1beta1",
        Kind = "PodDisruptionBudget",
        Metadata = BuildMetadata(ns),
        // Not minAvailable: with one replica that would block every drain of a node for ever.
        Spec = new PodDisruptionBudgetSpec { MaxUnavailable = 1, Selector = new LabelSelector { MatchLabels = BuildSelector() } },
    };

    public static Deployment BuildDeployment(string ns, DesiredOptions options) => new()
    {
        ApiVersion = "apps/v1",
        Kind = "Deployment",
        Metadata = BuildMetadata(ns),
        Spec = new DeploymentSpec
        {
            Replicas = options.RouterReplicas,
            RevisionHistoryLimit = 2,
            Selector = new LabelSelector { MatchLabels = BuildSelector() },
            Strategy = new DeploymentStrategy { Type = "RollingUpdate", RollingUpdate = new RollingUpdateDeployment { MaxSurge = 1, MaxUnavailable = 0 } },
            Template = new PodTemplateSpec
            {
                Metadata = new ObjectMeta { Labels = BuildSelector(), Annotations = Scraping.BuildAnnotations(Ports.Admin) },
                Spec = BuildPodSpec(options),
            },
        },
    };

    static ObjectMeta BuildMetadata(string ns) => new() { Name = Names.Router, Namespace = ns, Labels = BuildSelector() };

    static PodSpec BuildPodSpec(DesiredOptions options) => new()
    {
        ServiceAccountName = Names.Router,
        AutomountServiceAccountToken = true,
        EnableServiceLinks = false,
        TerminationGracePeriodSeconds = TerminationGraceSeconds,
        SecurityContext = Hardening.Pod,
        ImagePullSecrets = options.ImagePullSecrets.Count == 0 ? null : [.. options.ImagePullSecrets.Select(name => new LocalObjectReference { Name = name })],
        TopologySpreadConstraints =
        [
            new TopologySpreadConstraint
            {
                MaxSkew = 1,
                TopologyKey = "kubernetes.io/hostname",
                WhenUnsatisfiable = "ScheduleAnyway",
                LabelSelector = new LabelSelector { MatchLabels = BuildSelector() },
            },
        ],
        Containers =
        [
            new Container
            {
                Name = ContainerName,
                Image = options.RouterImage,
                ImagePullPolicy = options.ImagePullPolicy,
                Ports = [new ContainerPort { Name = Ports.AdminName, Port = Ports.Admin, Protocol = "TCP" }],
                Env =
                [
                    new EnvVar { Name = InferenceEnvironment.Namespace, ValueFrom = new EnvVarSource { FieldRef = new ObjectFieldSelector { FieldPath = "metadata.namespace" } } },
                    new EnvVar { Name = "DOTNET_EnableDiagnostics", Value = "0" },
                ],
                Resources = options.RouterResources,
                StartupProbe = BuildProbe(HttpPaths.Live, periodSeconds: 1, failureThreshold: 60),
                ReadinessProbe = BuildProbe(HttpPaths.Ready, periodSeconds: 2, failureThreshold: 3),
                LivenessProbe = BuildProbe(HttpPaths.Live, periodSeconds: 10, failureThreshold: 6),
                SecurityContext = Hardening.Container,
                TerminationMessagePolicy = "FallbackToLogsOnError",
                VolumeMounts = [new VolumeMount { Name = "tmp", MountPath = "/tmp" }],
            },
        ],
        Volumes = [new Volume { Name = "tmp", EmptyDir = new EmptyDirVolume { SizeLimit = "64Mi" } }],
    };

    static Probe BuildProbe(string path, int periodSeconds, int failureThreshold) => new()
    {
        HttpGet = new HttpGetAction { Path = path, Port = Ports.AdminName },
        PeriodSeconds = periodSeconds,
        TimeoutSeconds = 2,
        FailureThreshold = failureThreshold,
    };
}
