namespace Canario.Kubernetes.Models;

/// <summary>What an autoscaler keeps a metric at (the API's <c>MetricTarget</c>).</summary>
public sealed record MetricValueTarget
{
    /// <summary>Utilization or AverageValue.</summary>
    public string? Type { get; set; }
    /// <summary>Percent of the request.</summary>
    public int? AverageUtilization { get; set; }
    /// <summary>A quantity.</summary>
    public string? AverageValue { get; set; }
}
