using Canario.Kubernetes;
using Canario.Kubernetes.Caching;
using Canario.Kubernetes.Events;
using Canario.Kubernetes.Models;
using Canario.Kubernetes.Work;
using Canario.Operator.Contracts;
using Canario.Operator.Desired;
using Canario.Operator.Metrics;
using Canario.Operator.Metrics.Direct;
using Canario.Operator.Metrics.Drift;
using Canario.Operator.Metrics.Prometheus;
using Canario.Operator.Retraining;
using Canario.Operator.Traffic;
using Canario.Operator.Traffic.Routers;

namespace Canario.Operator.Reconcile;

/// <summary>The work of a leader, from winning the lease to losing it. All memory but the caches begins and ends with it.</summary>
sealed class OperatorSession(
    KubernetesClient client, ClusterView view, PrometheusClient prometheus, HttpClient pods, EventRecorder events, OperatorMetrics metrics, WorkOptions options, TimeProvider time, ILogger logger)
{
    // The first retry is nearly always a conflict's: no failure, but the cache needs a moment to show what was written in between.
    private static readonly WorkQueueOptions s_backoff = new() { FirstBackoff = TimeSpan.FromMilliseconds(20) };

    /// <summary>Runs until cancelled; what a worker has begun is ended or broken off before it returns.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await view.WaitForSyncAsync(cancellationToken);
        using var queue = new WorkQueue<ObjectKey>(s_backoff, time);
        var applier = new Applier(client);
        var ports = new ListenerPorts(view);
        var providers = new TrafficProviders(client, view, applier, new RouterAcknowledgements(pods, time), options, time);
        var targets = new MetricTargets(client, options.PrometheusAddress);
        var scraped = new ScrapeTargets(view, targets, options.AddressOfPod);
        var sampler = new DirectSampler(scraped, pods, time, logger);
        var sources = new MetricSources(prometheus, sampler);
        var board = new MeasurementBoard((_, target, request, now, token) => sources[target.Source].MeasureAsync(target, request, now, token), queue.Add, time, cancellationToken);
        var watch = new DriftWatch(view, targets, new DirectDrift(scraped.PodsOf, pods, time), new PrometheusDrift(prometheus), queue.Add, metrics.Drift, time, logger);
        using var receivers = PrometheusClient.CreateHttpClient();
        var runner = new RetrainingRunner(client, receivers, queue.Add, cancellationToken);
        var contracts = new ContractReader(pods, queue.Add, time, cancellationToken);
        var observer = new Observer(view, providers, board, targets, contracts, options.AddressOfPod);
        var world = new WorldApplier(client, view, applier, providers, options.Desired);
        var reconciler = new Reconciler(client, view, observer, world, ports, providers, board, contracts, applier, new Upkeep(view, watch, runner, events, metrics), events, metrics, time);
        var namespaces = new NamespaceReconciler(view, applier, options.Desired);

        view.Listen(queue.Add);
        metrics.Leading.Set(1);
        try
        {
            foreach (var key in view.AllKeys())
                queue.Add(key);
            await Task.WhenAll(Enumerable.Range(0, options.Workers).Select(_ => WorkAsync(queue, reconciler, namespaces, cancellationToken)).Append(sampler.RunAsync(cancellationToken)).Append(watch.RunAsync(cancellationToken)));
        }
        finally
        {
            view.Listen(null);
            metrics.Leading.Set(0);
        }
    }

    private async Task WorkAsync(WorkQueue<ObjectKey> queue, Reconciler reconciler, NamespaceReconciler namespaces, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (found, key) = await queue.TakeAsync(cancellationToken);
            if (!found)
                return;
            metrics.QueueDepth.Set(queue.Count);
            var started = time.GetTimestamp();
            try
            {
                var result = await ReconcileAsync(queue, key, reconciler, namespaces, cancellationToken);
                metrics.Reconciled(result, time.GetElapsedTime(started));
            }
            finally
            {
                queue.Done(key);
            }
        }
    }

    private async Task<string> ReconcileAsync(WorkQueue<ObjectKey> queue, ObjectKey key, Reconciler reconciler, NamespaceReconciler namespaces, CancellationToken cancellationToken)
    {
        try
        {
            TimeSpan? again = null;
            if (key.Name.Length == 0)
                await namespaces.ReconcileAsync(key.Namespace, cancellationToken);
            else
                again = await reconciler.ReconcileAsync(key, cancellationToken);
            queue.Forget(key);
            if (again is { } wait)
                queue.AddAfter(key, wait);
            return "success";
        }
        catch (KubernetesException e) when (e.Error is KubernetesError.Conflict)
        {
            queue.AddWithBackoff(key);
            return "conflict";
        }
        catch (ObstacleException e)
        {
            Log.Obstacle(logger, key, e.Message, queue.AddWithBackoff(key).TotalSeconds);
            foreach (var deployment in Concerned(key))
                events.Publish(Api.ModelDeployments.Resource, deployment, EventType.Warning, e.Reason, e.Message);
            return "obstacle";
        }
        catch (KubernetesException e)
        {
            Log.Failed(logger, key, e.Message, queue.AddWithBackoff(key).TotalSeconds);
            return "error";
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // One model's trouble must not end the work for all others.
            Log.Broke(logger, e, key, queue.AddWithBackoff(key).TotalSeconds);
            return "error";
        }
    }

    /// <summary>The ModelDeployment itself; of a namespace, all that its routers serve.</summary>
    private IEnumerable<Api.ModelDeployment> Concerned(ObjectKey key) =>
        key.Name.Length == 0 ? view.ModelDeployments.ByIndex(CacheIndexes.NamespaceName, key.Namespace)
        : view.ModelDeployments.Get(key) is { } deployment ? [deployment]
        : [];
}
