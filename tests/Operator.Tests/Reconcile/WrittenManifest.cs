using System.Text.Json;
using System.Text.Json.Serialization;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;

namespace Canario.Operator.Tests.Reconcile;

/// <summary>A ModelDeployment as somebody wrote it: with the fields that they named and no others, which the typed one cannot say.</summary>
internal sealed record WrittenManifest : IKubernetesObject
{
    public static ResourceType<WrittenManifest> Type { get; } = new(
        ModelDeployment.Group, ModelDeployment.Version, ModelDeployment.Plural, ModelDeployment.KindName, true,
        WrittenJson.Default.WrittenManifest, WrittenJson.Default.KubernetesListWrittenManifest);

    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public ObjectMeta Metadata { get; set; } = new();
    public JsonElement Spec { get; set; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KubernetesList<WrittenManifest>))]
internal sealed partial class WrittenJson : JsonSerializerContext;
