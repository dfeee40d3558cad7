using Canario.Kubernetes.Models;

namespace Canario.Kubernetes.Leadership;

/// <summary>A lease as it was seen, and when by this process's own clock: two machines' clocks are never compared.</summary>
internal sealed record ObservedLease(Lease Lease, long SeenAt)
{
    public string Holder => Lease.Spec?.HolderIdentity ?? "";

    /// <summary>The same record seen again keeps the time at which it was new.</summary>
    public static ObservedLease Observe(ObservedLease? before, Lease now, long timestamp) =>
        before is not null && before.Lease.Metadata.ResourceVersion == now.Metadata.ResourceVersion ? before : new ObservedLease(now, timestamp);

    public bool MayBeTaken(string identity, TimeProvider time) =>
        Holder.Length == 0 || Holder == identity || time.GetElapsedTime(SeenAt) > TimeSpan.FromSeconds(Math.Max(1, Lease.Spec?.LeaseDurationSeconds ?? 1));
}
