using System.Text.Json.Serialization;

namespace Canario.Kubernetes.Models;

/// <summary>Serialisers of the modelled kinds. Members that are not modelled are ignored when read, so nothing read here may be written back with a PUT except where the server merges (status); writes go by server-side apply and patches.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Status))]
[JsonSerializable(typeof(Discovery.ApiVersions))]
[JsonSerializable(typeof(Discovery.ApiGroupList))]
[JsonSerializable(typeof(Discovery.ApiResourceList))]
[JsonSerializable(typeof(Discovery.VersionInfo))]
[JsonSerializable(typeof(KubernetesList<Namespace>))]
[JsonSerializable(typeof(KubernetesList<ConfigMap>))]
[JsonSerializable(typeof(KubernetesList<Secret>))]
[JsonSerializable(typeof(KubernetesList<ServiceAccount>))]
[JsonSerializable(typeof(KubernetesList<Service>))]
[JsonSerializable(typeof(KubernetesList<Role>))]
[JsonSerializable(typeof(KubernetesList<ClusterRole>))]
[JsonSerializable(typeof(KubernetesList<RoleBinding>))]
[JsonSerializable(typeof(KubernetesList<ClusterRoleBinding>))]
[JsonSerializable(typeof(KubernetesList<Deployment>))]
[JsonSerializable(typeof(KubernetesList<ReplicaSet>))]
[JsonSerializable(typeof(KubernetesList<ControllerRevision>))]
[JsonSerializable(typeof(KubernetesList<Pod>))]
[JsonSerializable(typeof(KubernetesList<EndpointSlice>))]
[JsonSerializable(typeof(KubernetesList<PodDisruptionBudget>))]
[JsonSerializable(typeof(KubernetesList<HorizontalPodAutoscaler>))]
[JsonSerializable(typeof(KubernetesList<Job>))]
[JsonSerializable(typeof(KubernetesList<CronJob>))]
[JsonSerializable(typeof(KubernetesList<HttpRoute>))]
[JsonSerializable(typeof(KubernetesList<Lease>))]
[JsonSerializable(typeof(KubernetesList<Event>))]
[JsonSerializable(typeof(KubernetesList<CustomResourceDefinition>))]
public sealed partial class KubernetesJson : JsonSerializerContext;
