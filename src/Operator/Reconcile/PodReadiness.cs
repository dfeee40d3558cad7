using Canario.Kubernetes.Models;

namespace Canario.Operator.Reconcile;

static class PodReadiness
{
    /// <summary>Ready, and not on its way out.</summary>
    public static bool IsReady(Pod? pod) =>
        pod?.Metadata.DeletionTimestamp is null && pod?.Status?.Conditions is { } conditions && conditions.Any(c => c is { Type: "Ready", Status: "True" });
}
