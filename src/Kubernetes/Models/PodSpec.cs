using System.Text.Json;

namespace Canario.Kubernetes.Models;

/// <summary>What runs in a pod, and where.</summary>
public sealed record PodSpec
{
    public IReadOnlyList<Container>? InitContainers { get; set; }
    public IReadOnlyList<Container>? Containers { get; set; }
    public IReadOnlyList<Volume>? Volumes { get; set; }
    public string? RestartPolicy { get; set; }
    public long? TerminationGracePeriodSeconds { get; set; }
    public long? ActiveDeadlineSeconds { get; set; }
    public string? ServiceAccountName { get; set; }
    public bool? AutomountServiceAccountToken { get; set; }
    public string? NodeName { get; set; }
    public IReadOnlyDictionary<string, string>? NodeSelector { get; set; }
    public PodSecurityContext? SecurityContext { get; set; }
    public IReadOnlyList<LocalObjectReference>? ImagePullSecrets { get; set; }
    /// <summary>As the user wrote it.</summary>
    public JsonElement? Affinity { get; set; }
    public IReadOnlyList<Toleration>? Tolerations { get; set; }
    public IReadOnlyList<TopologySpreadConstraint>? TopologySpreadConstraints { get; set; }
    public string? PriorityClassName { get; set; }
    public string? RuntimeClassName { get; set; }
    public string? DnsPolicy { get; set; }
    /// <summary>False keeps one set of environment variables per Service of the namespace out of every container.</summary>
    public bool? EnableServiceLinks { get; set; }
    public bool? HostNetwork { get; set; }
}
