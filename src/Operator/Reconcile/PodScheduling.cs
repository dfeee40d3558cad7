using Canario.Kubernetes.Models;

namespace Canario.Operator.Reconcile;

/// <summary>Whether the scheduler has a node for a revision's pods.</summary>
static class PodScheduling
{
    // The scheduler lists every kind of node that it refused.
    private const int MostCharacters = 300;

    /// <returns>What keeps a pod from a node, in the scheduler's words; null: nothing keeps any.</returns>
    public static string? FindObstacle(IEnumerable<Pod> pods) => pods
        .Where(pod => pod.Metadata.DeletionTimestamp is null)
        .OrderBy(pod => pod.Metadata.Name, StringComparer.Ordinal)
        .SelectMany(pod => pod.Status?.Conditions ?? [])
        .Where(condition => condition is { Type: "PodScheduled", Status: "False", Reason: "Unschedulable", Message.Length: > 0 })
        .Select(condition => condition.Message!.Length <= MostCharacters ? condition.Message : condition.Message[..MostCharacters] + "…")
        .FirstOrDefault();
}
