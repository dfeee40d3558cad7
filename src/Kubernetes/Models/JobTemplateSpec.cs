using System.Text.Json;

namespace Canario.Kubernetes.Models;

/// <summary>Jobs that a CronJob makes.</summary>
public sealed record JobTemplateSpec
{
    public ObjectMeta? Metadata { get; set; }
    /// <summary>As the user wrote it.</summary>
    public JsonElement? Spec { get; set; }
}
