using Canario.Kubernetes;
using Canario.Kubernetes.Caching;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Operator.Desired;
using Canario.Operator.Traffic;

namespace Canario.Operator.Reconcile;

/// <summary>What the ModelDeployments of a namespace share: its routers. They come with the first that they split for and go with the last.</summary>
sealed class NamespaceReconciler(ClusterView view, Applier applier, DesiredOptions options)
{
    public Task ReconcileAsync(string ns, CancellationToken cancellationToken) =>
        view.ModelDeployments.ByIndex(CacheIndexes.NamespaceName, ns).Any(d => d.Metadata.DeletionTimestamp is null && NeedsRouters(d))
            ? ApplyAsync(ns, cancellationToken)
            : RemoveAsync(ns, cancellationToken);

    /// <summary>It asks for them, or requests may still come by them.</summary>
    private bool NeedsRouters(ModelDeployment deployment) =>
        TrafficProviders.NeedsRouters(deployment.Spec) || view.ConfigMaps.Get(deployment.Metadata.Namespace, Names.RouterConfiguration(deployment.Metadata.Name!)) is not null;

    private async Task ApplyAsync(string ns, CancellationToken cancellationToken)
    {
        await ApplyAsync(Resources.ServiceAccounts, RouterObjects.BuildServiceAccount(ns), view.ServiceAccounts, cancellationToken);
        await ApplyAsync(Resources.Roles, RouterObjects.BuildRole(ns), view.Roles, cancellationToken);
        await ApplyAsync(Resources.RoleBindings, RouterObjects.BuildRoleBinding(ns), view.RoleBindings, cancellationToken);
        await ApplyAsync(Resources.Services, RouterObjects.BuildService(ns), view.Services, cancellationToken);
        await ApplyAsync(view.Budgets, RouterObjects.BuildPodDisruptionBudget(ns, options), view.PodDisruptionBudgets, cancellationToken);
        await ApplyAsync(Resources.Deployments, RouterObjects.BuildDeployment(ns, options), view.Deployments, cancellationToken);
    }

    private async Task RemoveAsync(string ns, CancellationToken cancellationToken)
    {
        await RemoveAsync(Resources.Deployments, view.Deployments, ns, cancellationToken);
        await RemoveAsync(view.Budgets, view.PodDisruptionBudgets, ns, cancellationToken);
        await RemoveAsync(Resources.Services, view.Services, ns, cancellationToken);
        await RemoveAsync(Resources.RoleBindings, view.RoleBindings, ns, cancellationToken);
        await RemoveAsync(Resources.Roles, view.Roles, ns, cancellationToken);
        await RemoveAsync(Resources.ServiceAccounts, view.ServiceAccounts, ns, cancellationToken);
    }

    private Task ApplyAsync<T>(ResourceType<T> type, T desired, Cache<T> cache, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        applier.ApplyAsync(type, desired, cache.Get(ObjectKey.Of(desired)), cancellationToken);

    private Task RemoveAsync<T>(ResourceType<T> type, Cache<T> cache, string ns, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        applier.DeleteAsync(type, cache.Get(ns, Names.Router), cancellationToken);
}
