using System.Text.Json.Serialization;
using Canario.Kubernetes.Models;

namespace Canario.Kubernetes.Tests;

public sealed record Widget : IKubernetesObject
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public ObjectMeta Metadata { get; set; } = new();
    public WidgetSpec? Spec { get; set; }
    public WidgetStatus? Status { get; set; }

    public static ResourceType<Widget> Type { get; } =
        new("test.canario.dev", "v1", "widgets", "Widget", true, WidgetJson.Default.Widget, WidgetJson.Default.KubernetesListWidget);
}

public sealed record WidgetSpec
{
    public int Size { get; set; }
}

public sealed record WidgetStatus
{
    public string? Phase { get; set; }
    public long? ObservedGeneration { get; set; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KubernetesList<Widget>))]
internal sealed partial class WidgetJson : JsonSerializerContext;
