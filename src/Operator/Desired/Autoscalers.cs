using Canario.Contract;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;

namespace Canario.Operator.Desired;

/// <summary>The autoscaler of one revision. The rollout moves its lower bound; above that it is free.</summary>
static class Autoscalers
{
    public static HorizontalPodAutoscaler Build(ModelDeployment deployment, string revision, int least, string apiVersion)
    {
        var settings = deployment.Spec.Autoscaling!;
        return new HorizontalPodAutoscaler
        {
            ApiVersion = apiVersion,
            Kind = "HorizontalPodAutoscaler",
            Metadata = Objects.BuildOwned(deployment, revision, revision, Labels.ComponentModel),
            Spec = new HorizontalPodAutoscalerSpec
            {
                ScaleTargetRef = new CrossVersionObjectReference { ApiVersion = "apps/v1", Kind = "Deployment", Name = revision },
                MinReplicas = Math.Min(least, settings.MaxReplicas),
                MaxReplicas = settings.MaxReplicas,
                Metrics = BuildMetrics(settings),
            },
        };
    }

    /// <summary>The share of CPU last: where autoscalers are stored as v1, it comes back in that place, and another order would be a difference for ever.</summary>
    static List<MetricSpec> BuildMetrics(AutoscalingSettings settings)
    {
        var metrics = settings.Metrics.Select(BuildMetric).OrderBy(IsShareOfCpu).ToList();
        if (settings.TargetCPUUtilization is not null || metrics.Count == 0)
        {
            metrics.Add(BuildMetric(new AutoscalingMetricSettings
            {
                Type = AutoscalingMetricSettings.Resource,
                Name = "cpu",
                AverageUtilization = settings.TargetCPUUtilization ?? AutoscalingSettings.DefaultCpuUtilization,
            }));
        }

        return metrics;
    }

    static bool IsShareOfCpu(MetricSpec metric) => metric.Resource is { Name: "cpu", Target.AverageUtilization: not null };

    static MetricSpec BuildMetric(AutoscalingMetricSettings metric)
    {
        var target = metric.AverageUtilization is { } share
            ? new MetricValueTarget { Type = "Utilization", AverageUtilization = share }
            : new MetricValueTarget { Type = "AverageValue", AverageValue = metric.AverageValue?.ToString() };
        return metric.Type == AutoscalingMetricSettings.Pods
            ? new MetricSpec { Type = metric.Type, Pods = new PodsMetricSource { Metric = new MetricIdentifier { Name = metric.Name }, Target = target } }
            : new MetricSpec { Type = metric.Type, Resource = new ResourceMetricSource { Name = metric.Name, Target = target } };
    }
}
