using Canario.Operator.Crd;

namespace Canario.Operator.Api;

[Rule("self.maxReplicas >= self.minReplicas", "maxReplicas must be at least minReplicas")]
sealed record AutoscalingSettings
{
    /// <summary>Where nothing else is named, as Kubernetes has it.</summary>
    public const int DefaultCpuUtilization = 80;

    [Schema("Fewest pods of what serves.", Minimum = 1, Maximum = Limits.Replicas)]
    public int MinReplicas { get; set; } = 1;

    [Schema("Most pods of either side.", Required = true, Minimum = 1, Maximum = Limits.Replicas)]
    public int MaxReplicas { get; set; }

    [Schema("CPU of the pods to be kept, in percent of what they request. Default: 80, unless metrics names others.", Minimum = 1, Maximum = Limits.Utilization)]
    public int? TargetCPUUtilization { get; set; }

    [Schema("What else to scale by; the metric that asks for most pods counts.", MaxItems = Limits.AutoscalingMetrics)]
    public IReadOnlyList<AutoscalingMetricSettings> Metrics { get; set; } = [];
}
