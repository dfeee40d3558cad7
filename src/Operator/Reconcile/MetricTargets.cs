using Canario.Kubernetes;
using Canario.Operator.Api;
using Canario.Operator.Metrics;
using Canario.Operator.Traffic;

namespace Canario.Operator.Reconcile;

/// <summary>Where a ModelDeployment's metrics are asked for, with the secret that this takes.</summary>
/// <param name="fallback">Prometheus' address that the operator was installed with; null: none.</param>
sealed class MetricTargets(KubernetesClient client, Uri? fallback)
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    public bool IsDirect(MetricsSettings settings) =>
        (settings.Source ?? (settings.Prometheus is null && fallback is null ? MetricSourceNames.Direct : MetricSourceNames.Prometheus)) == MetricSourceNames.Direct;

    public async Task<MetricTarget> ReadAsync(ModelDeployment deployment, CancellationToken cancellationToken)
    {
        var ns = deployment.Metadata.Namespace!;
        var model = deployment.Metadata.Name!;
        var atServers = !TrafficProviders.NeedsRouters(deployment.Spec);
        if (IsDirect(deployment.Spec.Metrics))
            return new MetricTarget(MetricSourceNames.Direct, ns, model, null, s_timeout, AtServers: atServers);
        var target = new MetricTarget(MetricSourceNames.Prometheus, ns, model, fallback, s_timeout, AtServers: atServers);
        if (deployment.Spec.Metrics.Prometheus is not { } settings)
            return fallback is null ? target with { Problem = "no Prometheus address: set spec.metrics.prometheus.address, or --prometheus-address of the operator" } : target;
        target = target with { Address = new Uri(settings.Address), Timeout = Durations.Parse(settings.Timeout) ?? s_timeout };
        if (settings.AuthSecretRef is not { } reference)
            return target;
        return await SecretText.ReadAsync(client, ns, reference, cancellationToken) is { } value
            ? target with { Authorization = value }
            : target with { Address = null, Problem = $"Secret {reference.Name} of namespace {ns} has no usable key {reference.Key} (spec.metrics.prometheus.authSecretRef)" };
    }
}
