using System.Text.Json;
using Canario.Kubernetes.Models;
using Microsoft.Extensions.Logging;

namespace Canario.Kubernetes.Leadership;

/// <summary>The Lease on the API server: taken, renewed and released by one identity at a time.</summary>
internal sealed class LeaseLock(KubernetesClient client, LeaderElectionOptions options, TimeProvider time, ILogger logger)
{
    private ObservedLease? _observed;

    /// <summary>Who held it when it was last seen; empty: nobody.</summary>
    public string Holder => Volatile.Read(ref _observed)?.Holder ?? "";

    /// <summary>False when another holds it, or was faster.</summary>
    public async Task<bool> TryTakeAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await WriteAsync(isLeader: false, cancellationToken);
        }
        catch (KubernetesException e) when (IsRace(e))
        {
            return false;
        }
    }

    /// <summary>False when another holds it. Throws a conflict when somebody wrote at the same time: not lost yet, the next look says who holds it.</summary>
    public async Task<bool> TryRenewAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await WriteAsync(isLeader: true, cancellationToken);
        }
        catch (KubernetesException e) when (IsRace(e))
        {
            throw new KubernetesException(KubernetesError.Conflict, e.Message, e);
        }
    }

    public async Task ReleaseAsync()
    {
        if (_observed is not { } observed || observed.Holder != options.Identity)
        {
            return;
        }
        using var deadline = new CancellationTokenSource(options.RenewPeriod, time);
        try
        {
            await PatchAsync(observed.Lease, "", TimeSpan.FromSeconds(1), deadline.Token);
            Log.Released(logger, options.Identity);
        }
        catch (Exception e) when (e is KubernetesException or OperationCanceledException)
        {
            // It runs out by itself.
            Log.ReleaseFailed(logger, options.Identity, e.Message);
        }
    }

    private async Task<bool> WriteAsync(bool isLeader, CancellationToken cancellationToken)
    {
        var now = await client.FindAsync(Resources.Leases, options.Namespace, options.Name, cancellationToken);
        if (now is null)
        {
            if (isLeader)
            {
                // Somebody deleted it: whoever creates it first leads, and this process has no precedence.
                Log.LeaseDeleted(logger, options.Identity);
            }
            See(await client.CreateAsync(Resources.Leases, BuildNew(), cancellationToken));
            return true;
        }
        var observed = ObservedLease.Observe(_observed, now, time.GetTimestamp());
        Volatile.Write(ref _observed, observed);
        // A leader whose lease another took must not take it back while its own work still runs.
        if (!observed.MayBeTaken(options.Identity, time) || (isLeader && observed.Holder != options.Identity))
        {
            return false;
        }
        await PatchAsync(now, options.Identity, options.LeaseDuration, cancellationToken);
        return true;
    }

    private async Task PatchAsync(Lease before, string holder, TimeSpan duration, CancellationToken cancellationToken) =>
        See(await client.MergePatchAsync(Resources.Leases, options.Namespace, options.Name, BuildPatch(before, holder, duration), cancellationToken));

    private void See(Lease lease) => Volatile.Write(ref _observed, new ObservedLease(lease, time.GetTimestamp()));

    private static bool IsRace(KubernetesException e) => e.Error is KubernetesError.Conflict or KubernetesError.AlreadyExists;

    private Lease BuildNew()
    {
        var now = time.GetUtcNow();
        return new Lease
        {
            Metadata = new ObjectMeta { Namespace = options.Namespace, Name = options.Name },
            Spec = new LeaseSpec { HolderIdentity = options.Identity, LeaseDurationSeconds = (int)options.LeaseDuration.TotalSeconds, AcquireTime = now, RenewTime = now, LeaseTransitions = 0 },
        };
    }

    /// <summary>A merge patch leaves fields of newer Kubernetes versions alone; the resource version in it makes a write in between a conflict.</summary>
    private byte[] BuildPatch(Lease before, string holder, TimeSpan duration)
    {
        var isNew = holder.Length > 0 && before.Spec?.HolderIdentity != holder;
        var now = time.GetUtcNow();
        var patch = new Lease
        {
            Metadata = new ObjectMeta { ResourceVersion = before.Metadata.ResourceVersion },
            Spec = new LeaseSpec
            {
                HolderIdentity = holder,
                LeaseDurationSeconds = (int)duration.TotalSeconds,
                RenewTime = now,
                AcquireTime = isNew ? now : null,
                LeaseTransitions = isNew ? (before.Spec?.LeaseTransitions ?? 0) + 1 : null,
            },
        };
        return JsonSerializer.SerializeToUtf8Bytes(patch, KubernetesJson.Default.Lease);
    }
}
