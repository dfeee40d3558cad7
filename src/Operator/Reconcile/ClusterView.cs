using System.Text.Json;
using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Caching;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Operator.Traffic.Gateways;

namespace Canario.Operator.Reconcile;

/// <summary>All that the operator knows of the cluster, kept current by watches; a standby keeps it warm too.</summary>
sealed class ClusterView
{
    private const string ManagedSelector = $"{Labels.ManagedBy}={Labels.ManagedByCanario}";

    private readonly List<Func<CancellationToken, Task>> _reflectors = [];
    private readonly List<Func<CancellationToken, Task>> _syncs = [];
    private readonly List<Func<bool>> _synced = [];
    private readonly KubernetesClient _client;
    private readonly string? _namespace;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private Action<ObjectKey>? _listener;

    public ClusterView(KubernetesClient client, ResourceType<PodDisruptionBudget> budgets, ResourceType<HorizontalPodAutoscaler> autoscalers, string? ns, TimeProvider time, ILogger logger)
    {
        _client = client;
        _namespace = ns;
        _time = time;
        _logger = logger;
        HttpRoutes = new RouteWatch(client, ns, ManagedSelector, OnRoute, time, logger);
        Budgets = budgets;
        Autoscalers = autoscalers;
        Follow(Api.ModelDeployments.Resource, ModelDeployments, null, OnModelDeployment);
        FollowOwned(Resources.Deployments, Deployments);
        FollowOwned(Resources.Services, Services);
        Follow(Resources.ConfigMaps, ConfigMaps, ManagedSelector, OnConfigMap);
        FollowOwned(Resources.ControllerRevisions, ControllerRevisions);
        FollowOwned(Resources.ServiceAccounts, ServiceAccounts);
        FollowOwned(Resources.Roles, Roles);
        FollowOwned(Resources.RoleBindings, RoleBindings);
        FollowOwned(budgets, PodDisruptionBudgets);
        Follow(autoscalers, HorizontalPodAutoscalers, ManagedSelector, OnAutoscaler, DropStatus);
        Follow(Resources.Jobs, Jobs, ManagedSelector, change => Raise(OwnerKey(change.Current)), DropSpec);
        Follow(Resources.Pods, Pods, ManagedSelector, OnPod, DropSpec);
    }

    /// <summary>policy/v1, or v1beta1 on Kubernetes 1.20.</summary>
    public ResourceType<PodDisruptionBudget> Budgets { get; }

    /// <summary>autoscaling/v2, or v2beta2 before Kubernetes 1.23.</summary>
    public ResourceType<HorizontalPodAutoscaler> Autoscalers { get; }

    /// <summary>Where the Gateway API is installed.</summary>
    public RouteWatch HttpRoutes { get; }

    public Cache<ModelDeployment> ModelDeployments { get; } = new(CacheIndexes.Namespace<ModelDeployment>());
    public Cache<Deployment> Deployments { get; } = ByModel<Deployment>();
    public Cache<Service> Services { get; } = ByModel<Service>();
    public Cache<ConfigMap> ConfigMaps { get; } = ByModel<ConfigMap>();
    public Cache<ControllerRevision> ControllerRevisions { get; } = ByModel<ControllerRevision>();
    public Cache<ServiceAccount> ServiceAccounts { get; } = ByModel<ServiceAccount>();
    public Cache<Role> Roles { get; } = ByModel<Role>();
    public Cache<RoleBinding> RoleBindings { get; } = ByModel<RoleBinding>();
    public Cache<PodDisruptionBudget> PodDisruptionBudgets { get; } = ByModel<PodDisruptionBudget>();
    public Cache<HorizontalPodAutoscaler> HorizontalPodAutoscalers { get; } = ByModel<HorizontalPodAutoscaler>();
    public Cache<Pod> Pods { get; } = ByModel<Pod>();
    public Cache<Job> Jobs { get; } = ByModel<Job>();

    public bool HasSynced => _synced.TrueForAll(synced => synced());

    /// <summary>Runs until cancelled, or until one of the watches breaks for good: then all end, since a picture of which a part stands still misleads.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Task> running = [.. _reflectors.Select(run => run(stop.Token)), HttpRoutes.RunAsync(stop.Token)];
        await Task.WhenAny(running);
        await stop.CancelAsync();
        await Task.WhenAll(running);
    }

    public async Task WaitForSyncAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(_syncs.Select(sync => sync(cancellationToken)));
        if (ModelDeployments.List().Any(WantsRoutes))
            await HttpRoutes.Known.WaitAsync(cancellationToken);
    }

    /// <summary>From now on the listener gets the keys of what has changed: of a ModelDeployment, or a namespace with an empty name for what its models share. Null: nobody listens.</summary>
    public void Listen(Action<ObjectKey>? listener) => Volatile.Write(ref _listener, listener);

    /// <summary>Everything that there may be work for: what a new leader begins with.</summary>
    public IEnumerable<ObjectKey> AllKeys() =>
        ModelDeployments.List().Select(ObjectKey.Of)
            .Concat(ModelDeployments.List().Select(d => NamespaceKey(d.Metadata.Namespace)))
            .Concat(Deployments.List().Where(d => IsRouter(d)).Select(d => NamespaceKey(d.Metadata.Namespace)))
            // The last of the routers' objects to be deleted: a kill in between leaves it, and by it the rest is found.
            .Concat(ServiceAccounts.List().Where(a => IsRouter(a)).Select(a => NamespaceKey(a.Metadata.Namespace)))
            .Distinct();

    public static IReadOnlyList<T> OfModel<T>(Cache<T> cache, ObjectKey model) where T : class, IKubernetesObject =>
        cache.ByIndex(Labels.Model, CacheIndexes.LabelKey(model.Namespace, model.Name));

    /// <summary>Pods of the namespace's routers.</summary>
    public IReadOnlyList<Pod> RouterPods(string ns) => Pods.ByIndex(Labels.Component, CacheIndexes.LabelKey(ns, Labels.ComponentRouter));

    public static ObjectKey NamespaceKey(string? ns) => new(ns ?? "", "");

    private static Cache<T> ByModel<T>() where T : class, IKubernetesObject => new(CacheIndexes.Label<T>(Labels.Model), CacheIndexes.Label<T>(Labels.Component));

    private static bool IsRouter(IKubernetesObject value) => value.Metadata.Labels?.GetValueOrDefault(Labels.Component) == Labels.ComponentRouter;

    // Nothing here reads a pod's spec, and it is most of a pod.
    private static Pod DropSpec(Pod pod)
    {
        pod.Spec = null;
        return pod;
    }

    private static HorizontalPodAutoscaler DropStatus(HorizontalPodAutoscaler autoscaler)
    {
        autoscaler.Status = null;
        return autoscaler;
    }

    private static Job DropSpec(Job job)
    {
        job.Spec = null;
        return job;
    }

    private void FollowOwned<T>(ResourceType<T> type, Cache<T> cache) where T : class, IKubernetesObject =>
        Follow(type, cache, ManagedSelector, change => Raise(OwnerKey(change.Current)));

    private void Follow<T>(ResourceType<T> type, Cache<T> cache, string? labels, Action<CacheChange<T>> handler, Func<T, T>? transform = null)
        where T : class, IKubernetesObject
    {
        cache.Subscribe(handler);
        var options = new ReflectorOptions<T> { Namespace = _namespace, LabelSelector = labels, Transform = transform };
        _reflectors.Add(new Reflector<T>(_client, type, cache, options, _time, _logger).RunAsync);
        _syncs.Add(cache.WaitForSyncAsync);
        _synced.Add(() => cache.HasSynced);
    }

    private void OnModelDeployment(CacheChange<ModelDeployment> change)
    {
        if (WantsRoutes(change.New))
            HttpRoutes.Want();
        Raise(change.Key);
        // The routers of a namespace come with the first model that they split for and go with the last.
        if (change.Old is null || change.New?.Metadata.DeletionTimestamp is not null || change.New is null || change.Old.Spec.Traffic.Provider != change.New.Spec.Traffic.Provider)
            Raise(NamespaceKey(change.Key.Namespace));
    }

    private static bool WantsRoutes(ModelDeployment? deployment) => deployment?.Spec.Traffic.Provider == TrafficProviderNames.GatewayApi;

    private void OnRoute(HttpRoute? route)
    {
        if (route is not null)
        {
            Raise(OwnerKey(route));
            return;
        }

        foreach (var deployment in ModelDeployments.List().Where(WantsRoutes))
            Raise(ObjectKey.Of(deployment));
    }

    private void OnConfigMap(CacheChange<ConfigMap> change)
    {
        Raise(OwnerKey(change.Current));
        // With the last one there is nothing left for routers to do.
        if (change.New is null)
            Raise(NamespaceKey(change.Key.Namespace));
    }

    private void OnAutoscaler(CacheChange<HorizontalPodAutoscaler> change)
    {
        // Each writes its status every 15 s, which is nobody's work here; when it scales, its Deployment tells.
        if (change is { Old: { } old, New: { } current } && AsAsked(old).SequenceEqual(AsAsked(current)))
            return;
        Raise(OwnerKey(change.Current));

        static byte[] AsAsked(HorizontalPodAutoscaler value) =>
            JsonSerializer.SerializeToUtf8Bytes(value with { Metadata = value.Metadata with { ResourceVersion = null } }, KubernetesJson.Default.HorizontalPodAutoscaler);
    }

    private void OnPod(CacheChange<Pod> change)
    {
        if (!IsRouter(change.Current))
        {
            Raise(OwnerKey(change.Current));
            return;
        }

        if (PodReadiness.IsReady(change.Old) == PodReadiness.IsReady(change.New))
            return;
        // A router came or went: who serves which split must be asked anew.
        foreach (var deployment in ModelDeployments.ByIndex(CacheIndexes.NamespaceName, change.Key.Namespace))
            Raise(ObjectKey.Of(deployment));
    }

    private void Raise(ObjectKey? key)
    {
        if (key is { } known)
            Volatile.Read(ref _listener)?.Invoke(known);
    }

    private static ObjectKey? OwnerKey(IKubernetesObject value) =>
        IsRouter(value) ? NamespaceKey(value.Metadata.Namespace)
        : value.Metadata.Labels?.GetValueOrDefault(Labels.Model) is { Length: > 0 } model ? new ObjectKey(value.Metadata.Namespace ?? "", model)
        : null;
}
