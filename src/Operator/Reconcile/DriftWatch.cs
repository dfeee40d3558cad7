using System.Collections.Concurrent;
using Canario.Kubernetes;
using Canario.Operator.Api;
using Canario.Operator.Metrics.Drift;
using Canario.Operator.Metrics;
using Canario.Rollouts;

namespace Canario.Operator.Reconcile;

/// <summary>
/// Looks at what serves, each model at its own interval, and wakes the reconciler only when a look changes what is known. At rest it costs a page of metrics a model and interval, and no write.
/// A revision without a baseline is looked at once.
/// </summary>
sealed class DriftWatch(
    ClusterView view, MetricTargets targets, DirectDrift direct, PrometheusDrift prometheus, Action<ObjectKey> changed, DriftMetrics metrics, TimeProvider time, ILogger logger)
{
    private const int AtOnce = 8;

    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<ObjectKey, Entry> _entries = new();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(s_tick, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(FindDue(), options, async (due, token) => await LookSafelyAsync(due.Deployment, due.Entry, token));
        }
    }

    /// <summary>A look that changes something and is not stored yet. It stays until <see cref="Done"/>: a write that fails must not cost it.</summary>
    public DriftLook? Find(ObjectKey model, string? revision) =>
        _entries.TryGetValue(model, out var entry) && entry.Look is { } look && look.Revision == revision ? look : null;

    public void Done(ObjectKey model, DriftLook look)
    {
        if (_entries.TryGetValue(model, out var entry))
            Interlocked.CompareExchange(ref entry.Look, null, look);
    }

    public void Forget(ObjectKey model)
    {
        _entries.TryRemove(model, out _);
        direct.Forget(model);
        metrics.Forget(model);
    }

    private List<(ModelDeployment Deployment, Entry Entry)> FindDue()
    {
        var now = time.GetTimestamp();
        var due = new List<(ModelDeployment, Entry)>();
        foreach (var deployment in view.ModelDeployments.List())
        {
            if (deployment.Status?.StableRevision is not { } stable || deployment.Metadata.DeletionTimestamp is not null || Follow(deployment, now) is not { Schedule: { } schedule } entry)
                continue;
            if (entry.Bare == stable || time.GetElapsedTime(entry.Last, now) < schedule.Interval)
                continue;
            entry.Last = now;
            due.Add((deployment, entry));
        }

        return due;
    }

    private Entry Follow(ModelDeployment deployment, long now)
    {
        var entry = _entries.GetOrAdd(ObjectKey.Of(deployment), static _ => new Entry());
        if (entry.Generation == deployment.Metadata.Generation && entry.Uid == deployment.Metadata.Uid)
            return entry;
        var schedule = DriftSchedule.Build(deployment.Spec.Drift);
        if (entry.Uid != deployment.Metadata.Uid || entry.Schedule?.Interval != schedule?.Interval)
        {
            // Spread over the interval, or a thousand models would be read in one second after a start.
            var offset = (uint)string.GetHashCode(deployment.Metadata.Uid, StringComparison.Ordinal) / (double)uint.MaxValue;
            entry.Last = now - (long)(offset * (schedule?.Interval.TotalSeconds ?? 0) * time.TimestampFrequency);
        }

        (entry.Uid, entry.Generation, entry.Schedule) = (deployment.Metadata.Uid, deployment.Metadata.Generation, schedule);
        return entry;
    }

    private async Task LookSafelyAsync(ModelDeployment deployment, Entry entry, CancellationToken cancellationToken)
    {
        try
        {
            await LookAsync(deployment, entry, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // One model's trouble must not end the watch of all others.
            metrics.Looked(DriftMetrics.Unavailable);
            Log.LookBroke(logger, e, ObjectKey.Of(deployment));
        }
    }

    private async Task LookAsync(ModelDeployment deployment, Entry entry, CancellationToken cancellationToken)
    {
        var key = ObjectKey.Of(deployment);
        var (schedule, stable, now) = (entry.Schedule!, deployment.Status!.StableRevision!, time.GetUtcNow());
        var isDirect = targets.IsDirect(deployment.Spec.Metrics);
        var reading = isDirect
            ? await direct.ReadAsync(key, stable, schedule.Window, cancellationToken)
            : await prometheus.ReadAsync(await targets.ReadAsync(deployment, cancellationToken), stable, schedule.Window, now, cancellationToken);
        if (reading.Look is not { } look)
        {
            metrics.Looked(DriftMetrics.Unavailable);
            return;
        }

        if (!reading.HasBaseline && schedule.Policy.MinAccuracy is null)
        {
            // Of a Prometheus it may only not have been scraped yet.
            entry.Bare = isDirect ? stable : null;
            metrics.Looked(DriftMetrics.NoBaseline);
            direct.Forget(key);
            return;
        }

        var known = deployment.Status.Drift;
        var decision = DriftMachine.Decide(schedule.Policy, known, look, now);
        metrics.Looked(decision.Findings.Count == 0 ? DriftMetrics.Insufficient : DriftMetrics.Judged);
        metrics.Show(key, decision.Findings);
        if (decision.Next == known)
            return;
        Volatile.Write(ref entry.Look, look);
        changed(key);
    }

    private sealed class Entry
    {
        public DriftLook? Look;

        public string? Uid { get; set; }
        public long? Generation { get; set; }
        public DriftSchedule? Schedule { get; set; }

        /// <summary>A revision that is known to have no baseline.</summary>
        public string? Bare { get; set; }

        /// <summary>Timestamp of the last look.</summary>
        public long Last { get; set; }
    }
}
