using System.Text.Json.Serialization;

namespace Canario.Kubernetes.Models;

/// <summary>How a Service selects its pods and which ports it serves.</summary>
public sealed record ServiceSpec
{
    /// <summary>ClusterIP, NodePort, LoadBalancer or ExternalName.</summary>
    public string? Type { get; set; }
    /// <summary>None: headless.</summary>
    [JsonPropertyName("clusterIP")]
    public string? ClusterIP { get; set; }
    [JsonConverter(typeof(StringMapConverter))]
    public IReadOnlyDictionary<string, string>? Selector { get; set; }
    public IReadOnlyList<ServicePort>? Ports { get; set; }
    public string? SessionAffinity { get; set; }
    public bool? PublishNotReadyAddresses { get; set; }
    public string? InternalTrafficPolicy { get; set; }
    public string? ExternalTrafficPolicy { get; set; }
    public string? ExternalName { get; set; }
}
