using System.Text.RegularExpressions;
using Canario.Rollouts;

namespace Canario.Operator.Api;

static partial class AutoscalingValidator
{
    const string Path = "spec.autoscaling";

    public static void Validate(FieldErrors errors, ModelDeploymentSpec spec)
    {
        if (spec.Autoscaling is not { } autoscaling)
        {
            return;
        }

        // Its default is 1, and the API server writes that down: it cannot be told from an absent one.
        if (spec.Replicas != 1)
        {
            errors.Add("spec.replicas", spec.Replicas, $"must be left out with {Path}: minReplicas and maxReplicas take its place");
        }

        if (spec.Strategy.Type == StrategyNames.RollingUpdate)
        {
            errors.Add("spec.strategy.type", spec.Strategy.Type, $"counts pods, whose number {Path} changes under way: must be {StrategyNames.Canary}, {StrategyNames.BlueGreen}, {StrategyNames.Recreate}, {StrategyNames.Shadow} or {StrategyNames.AB}");
        }

        errors.Range($"{Path}.minReplicas", autoscaling.MinReplicas, 1, Limits.Replicas);
        errors.Range($"{Path}.maxReplicas", autoscaling.MaxReplicas, 1, Limits.Replicas);
        if (autoscaling.MaxReplicas >= 1 && autoscaling.MaxReplicas < autoscaling.MinReplicas)
        {
            errors.Add($"{Path}.maxReplicas", autoscaling.MaxReplicas, $"must be at least {autoscaling.MinReplicas}, minReplicas");
        }

        errors.Range($"{Path}.targetCPUUtilization", autoscaling.TargetCPUUtilization, 1, Limits.Utilization);
        if (autoscaling.TargetCPUUtilization is not null || autoscaling.Metrics.Count == 0)
        {
            ValidateRequested(errors, $"{Path}.targetCPUUtilization", spec.Server.Resources, "cpu");
        }

        errors.Count($"{Path}.metrics", autoscaling.Metrics.Count, Limits.AutoscalingMetrics);
        for (var i = 0; i < Math.Min(autoscaling.Metrics.Count, Limits.AutoscalingMetrics); i++)
        {
            ValidateMetric(errors, $"{Path}.metrics[{i}]", autoscaling, i, spec.Server.Resources);
        }
    }

    static void ValidateMetric(FieldErrors errors, string path, AutoscalingSettings autoscaling, int index, ResourceSettings? resources)
    {
        var metric = autoscaling.Metrics[index];
        errors.OneOf($"{path}.type", metric.Type, AutoscalingMetricSettings.Resource, AutoscalingMetricSettings.Pods);
        if (metric.Type == AutoscalingMetricSettings.Resource)
        {
            errors.OneOf($"{path}.name", metric.Name, "cpu", "memory");
        }
        else
        {
            errors.Text($"{path}.name", metric.Name, @"^[a-zA-Z_:][-a-zA-Z0-9_:./]*\z", 253, "must be the name of a metric: letters, digits, '_', ':', '.', '/' and '-'", required: true);
        }

        if (autoscaling.Metrics.Take(index).Any(other => other.Type == metric.Type && other.Name == metric.Name)
            || (metric is { Type: AutoscalingMetricSettings.Resource, Name: "cpu" } && autoscaling.TargetCPUUtilization is not null))
        {
            errors.Add($"{path}.name", metric.Name, "must be named once, targetCPUUtilization included");
        }

        ValidateTarget(errors, path, metric, resources);
    }

    static void ValidateTarget(FieldErrors errors, string path, AutoscalingMetricSettings metric, ResourceSettings? resources)
    {
        if (metric.AverageUtilization is null == metric.AverageValue is null)
        {
            errors.Add(path, metric.Name, "must have one of averageUtilization and averageValue");
            return;
        }

        if (metric.AverageUtilization is { } utilization)
        {
            errors.Range($"{path}.averageUtilization", utilization, 1, Limits.Utilization);
            if (metric.Type == AutoscalingMetricSettings.Pods)
            {
                errors.Add($"{path}.averageUtilization", utilization, "needs type Resource: what a metric of the pods is a share of is not known; use averageValue");
            }
            else
            {
                ValidateRequested(errors, $"{path}.averageUtilization", resources, metric.Name);
            }
        }
        else if (metric.AverageValue!.Value.ToString() is var value && (value.Length > 32 || !Quantity().IsMatch(value) || !value.Any(c => c is >= '1' and <= '9')))
        {
            errors.Add($"{path}.averageValue", value, "must be a quantity above 0, such as 50, 0.5, 500m or 200Mi");
        }
    }

    /// <summary>An autoscaler that has no request to take a share of scales nothing, and says so only in its own status.</summary>
    static void ValidateRequested(FieldErrors errors, string path, ResourceSettings? resources, string name)
    {
        if (resources is not null && resources.Requests?.ContainsKey(name) != true && resources.Limits?.ContainsKey(name) != true)
        {
            errors.Add(path, null, $"needs spec.server.resources.requests.{name}: it is a share of that");
        }
    }

    [GeneratedRegex(@"^[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Quantity();
}
