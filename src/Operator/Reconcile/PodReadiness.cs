using Canario.Kubernetes.Models;

namespace Canario.Operator.Reconcile;

static class PodReadiness
{
    /// <summary>Ready, and not on its way out.</summary>
    public static bool IsReady(Pod? pod) =>
        pod?.Metadata.DeletionTimestamp is null && pod?.Status?.Conditions is { } conditions && conditions.Any(c => c is { Type: "Ready", Status: "True" });

    /// <summary>Its containers run, or may yet: an evicted pod stays in the list, but holds nothing.</summary>
    public static bool IsThere(Pod pod) => pod.Status?.Phase is not ("Succeeded" or "Failed");
}
