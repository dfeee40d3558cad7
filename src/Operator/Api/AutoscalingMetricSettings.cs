using Canario.Kubernetes.Models;
using Canario.Operator.Crd;

namespace Canario.Operator.Api;

[Rule("has(self.averageUtilization) != has(self.averageValue)", "must have one of averageUtilization and averageValue")]
sealed record AutoscalingMetricSettings
{
    public const string Resource = "Resource";
    public const string Pods = "Pods";

    [Schema("Resource: cpu or memory. Pods: a metric of the pods, from the custom metrics API.", Required = true)]
    [Values(Resource, Pods)]
    public string Type { get; set; } = "";

    [Schema("Its name.", Required = true, MinLength = 1, MaxLength = 253)]
    public string Name { get; set; } = "";

    [Schema("Percent of what the pods request; of a Resource.", Minimum = 1, Maximum = Limits.Utilization)]
    public int? AverageUtilization { get; set; }

    [Schema("Average over the pods, such as 50 or 500m.")]
    public IntOrString? AverageValue { get; set; }
}
