using System.Globalization;
using Canario.Contract;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;

namespace Canario.Operator.Desired;

/// <summary>The pods that serve one revision.</summary>
static class ModelPods
{
    public const string ContainerName = "inference-server";
    public const string CacheDirectory = "/var/cache/canario";
    public const string ModelsDirectory = "/models";

    /// <summary>Until every router and kube-proxy has seen the endpoint leave, and clients have left their connections; 2 s are usual, an API server under load takes longer.</summary>
    const int DrainSeconds = 10;

    /// <summary>After the drain, the longest request that the router waits for by default, and some seconds to end.</summary>
    const int TerminationGraceSeconds = DrainSeconds + 30 + 10;

    /// <summary>At one try a second: a large model over a slow link. A model that cannot load ends the process and does not wait for this.</summary>
    const int StartSeconds = 1800;

    const string CacheVolume = "cache";
    const string TemporaryVolume = "tmp";
    const string ModelVolume = "models";

    public static PodTemplateSpec BuildTemplate(ModelDeployment deployment, string revision, RevisionSnapshot snapshot)
    {
        var server = snapshot.Server;
        return new PodTemplateSpec
        {
            Metadata = new ObjectMeta { Labels = BuildLabels(deployment, revision, server), Annotations = BuildAnnotations(server) },
            Spec = new PodSpec
            {
                ServiceAccountName = server.ServiceAccountName,
                AutomountServiceAccountToken = false,
                EnableServiceLinks = false,
                TerminationGracePeriodSeconds = TerminationGraceSeconds,
                SecurityContext = Hardening.Pod,
                ImagePullSecrets = server.ImagePullSecrets is { Count: > 0 } secrets ? secrets : null,
                NodeSelector = server.NodeSelector,
                Tolerations = server.Tolerations is { Count: > 0 } tolerations ? tolerations : null,
                TopologySpreadConstraints =
                [
                    new TopologySpreadConstraint
                    {
                        MaxSkew = 1,
                        TopologyKey = "kubernetes.io/hostname",
                        WhenUnsatisfiable = "ScheduleAnyway",
                        LabelSelector = new LabelSelector { MatchLabels = BuildSelector(deployment, revision) },
                    },
                ],
                Containers = [BuildContainer(deployment, revision, snapshot)],
                Volumes = BuildVolumes(snapshot.Model),
            },
        };
    }

    public static SortedDictionary<string, string> BuildSelector(ModelDeployment deployment, string revision) => new(StringComparer.Ordinal)
    {
        [Labels.Model] = deployment.Metadata.Name!,
        [Labels.Revision] = revision,
    };

    static Container BuildContainer(ModelDeployment deployment, string revision, RevisionSnapshot snapshot) => new()
    {
        Name = ContainerName,
        Image = snapshot.Server.Image,
        ImagePullPolicy = snapshot.Server.ImagePullPolicy,
        Ports =
        [
            new ContainerPort { Name = Ports.HttpName, Port = Ports.InferenceHttp, Protocol = "TCP" },
            new ContainerPort { Name = Ports.GrpcName, Port = Ports.InferenceGrpc, Protocol = "TCP" },
        ],
        Env = BuildEnvironment(deployment, revision, snapshot),
        Resources = BuildResources(snapshot.Server.Resources),
        VolumeMounts = BuildMounts(snapshot.Model),
        StartupProbe = BuildProbe(HttpPaths.V2Ready, periodSeconds: 1, timeoutSeconds: 2, failureThreshold: StartSeconds),
        ReadinessProbe = BuildProbe(HttpPaths.V2Ready, periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 3),
        // A minute of silence: a server that is only busy must not be killed for it.
        LivenessProbe = BuildProbe(HttpPaths.V2Live, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6),
        SecurityContext = Hardening.Container,
        TerminationMessagePolicy = "FallbackToLogsOnError",
    };

    static List<EnvVar> BuildEnvironment(ModelDeployment deployment, string revision, RevisionSnapshot snapshot)
    {
        var model = snapshot.Model;
        var values = new List<EnvVar>();
        Add(InferenceEnvironment.Namespace, deployment.Metadata.Namespace);
        Add(InferenceEnvironment.Model, deployment.Metadata.Name);
        Add(InferenceEnvironment.Revision, revision);
        Add(InferenceEnvironment.ModelUri, ModelVolumes.UriOf(model));
        Add(InferenceEnvironment.ModelSha256, model.Sha256);
        Add(InferenceEnvironment.MetadataSha256, model.MetadataSha256);
        Add(InferenceEnvironment.BaselineSha256, model.BaselineSha256);
        Add(InferenceEnvironment.GoldenSha256, model.GoldenSha256);
        Add(InferenceEnvironment.CacheDirectory, CacheDirectory);
        Add(InferenceEnvironment.Threads, snapshot.Server.Threads.ToString(CultureInfo.InvariantCulture));
        Add(InferenceEnvironment.DrainSeconds, DrainSeconds.ToString(CultureInfo.InvariantCulture));
        // The runtime's diagnostics open a socket in /tmp that nobody here uses.
        Add("DOTNET_EnableDiagnostics", "0");
        values.AddRange(snapshot.Server.Env ?? []);
        return values;

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                values.Add(new EnvVar { Name = name, Value = value });
            }
        }
    }

    static ResourceRequirements BuildResources(ResourceSettings? settings) => settings is null
        ? new ResourceRequirements
        {
            Requests = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["cpu"] = "100m", ["memory"] = "256Mi" },
            Limits = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["memory"] = "1Gi" },
        }
        : new ResourceRequirements { Requests = Text(settings.Requests), Limits = Text(settings.Limits) };

    static SortedDictionary<string, string>? Text(IReadOnlyDictionary<string, IntOrString>? map) =>
        map is null ? null : new SortedDictionary<string, string>(map.ToDictionary(pair => pair.Key, pair => pair.Value.ToString()), StringComparer.Ordinal);

    static Probe BuildProbe(string path, int periodSeconds, int timeoutSeconds, int failureThreshold) => new()
    {
        HttpGet = new HttpGetAction { Path = path, Port = Ports.HttpName },
        PeriodSeconds = periodSeconds,
        TimeoutSeconds = timeoutSeconds,
        FailureThreshold = failureThreshold,
    };

    static List<VolumeMount> BuildMounts(ModelSpec model)
    {
        var mounts = new List<VolumeMount>
        {
            new() { Name = CacheVolume, MountPath = CacheDirectory },
            new() { Name = TemporaryVolume, MountPath = "/tmp" },
        };
        if (ModelVolumes.ClaimOf(model) is not null)
        {
            mounts.Add(new VolumeMount { Name = ModelVolume, MountPath = ModelsDirectory, ReadOnly = true });
        }

        return mounts;
    }

    static List<Volume> BuildVolumes(ModelSpec model)
    {
        var volumes = new List<Volume>
        {
            new() { Name = CacheVolume, EmptyDir = new EmptyDirVolume { SizeLimit = "20Gi" } },
            new() { Name = TemporaryVolume, EmptyDir = new EmptyDirVolume { SizeLimit = "256Mi" } },
        };
        if (ModelVolumes.ClaimOf(model) is { } claim)
        {
            volumes.Add(new Volume { Name = ModelVolume, PersistentVolumeClaim = new PersistentVolumeClaimVolume { ClaimName = claim, ReadOnly = true } });
        }

        return volumes;
    }

    static SortedDictionary<string, string> BuildLabels(ModelDeployment deployment, string revision, ServerSpec server)
    {
        var labels = Objects.BuildLabels(deployment.Metadata.Name!, revision, Labels.ComponentModel);
        foreach (var (name, value) in server.PodLabels ?? new Dictionary<string, string>())
        {
            labels.TryAdd(name, value);
        }

        return labels;
    }

    static SortedDictionary<string, string> BuildAnnotations(ServerSpec server)
    {
        var annotations = Scraping.BuildAnnotations(Ports.InferenceHttp);
        foreach (var (name, value) in server.PodAnnotations ?? new Dictionary<string, string>())
        {
            annotations[name] = value;
        }

        return annotations;
    }
}
