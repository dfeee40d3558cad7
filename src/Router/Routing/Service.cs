using System.Net;
using Canario.Router.Configuration;
using Canario.Router.Forwarding;
using Canario.Router.Loops;

namespace Canario.Router.Routing;

/// <summary>A Service's endpoints, by protocol.</summary>
internal sealed class Service(UpstreamOptions options, EventLoops loops, TimeProvider time)
{
    private volatile bool _wasReached;
    // Timestamp of the first request since then that it did not take; 0: there is none.
    private long _awaySince;

    public EndpointSet Http { get; } = new(options, loops, time);

    public EndpointSet Grpc { get; } = new(options, loops, time);

    /// <summary>It has had a ready endpoint at some time: now none means that it lost them, not that they are still to be seen.</summary>
    public bool WasReady { get; private set; }

    /// <summary>It took a request.</summary>
    public void Reached()
    {
        if (!_wasReached) _wasReached = true;
        if (Volatile.Read(ref _awaySince) != 0) Volatile.Write(ref _awaySince, 0);
    }

    /// <summary>It took requests before, and has taken none for less than <see cref="UpstreamOptions.Absence"/>.</summary>
    public bool IsAwayForAMoment()
    {
        if (!_wasReached) return false;
        long now = time.GetTimestamp();
        long since = Interlocked.CompareExchange(ref _awaySince, now, 0);
        return since == 0 || time.GetElapsedTime(since, now) < options.Absence;
    }

    public bool IsEmpty => Http.IsEmpty && Grpc.IsEmpty;

    public void Set(IReadOnlyList<EndpointAddress> endpoints)
    {
        WasReady |= endpoints.Any(e => e.Ready);
        Set(Http, endpoints, e => e.HttpPort);
        Set(Grpc, endpoints, e => e.GrpcPort);
    }

    private static void Set(EndpointSet set, IReadOnlyList<EndpointAddress> endpoints, Func<EndpointAddress, int> portOf)
    {
        var byReadiness = endpoints.Where(e => portOf(e) > 0).ToLookup(e => e.Ready, e => new IPEndPoint(e.Address, portOf(e)));
        set.Set(byReadiness[true], byReadiness[false]);
    }
}
