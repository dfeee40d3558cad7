using System.Net;
using Canario.Loops;
using Canario.Router.Configuration;
using Canario.Router.Forwarding;

namespace Canario.Router.Routing;

/// <summary>A Service's endpoints, by protocol.</summary>
internal sealed class Service(UpstreamOptions options, EventLoops loops, TimeProvider time)
{
    public EndpointSet Http { get; } = new(options, loops, time);

    public EndpointSet Grpc { get; } = new(options, loops, time);

    /// <summary>It has had a ready endpoint at some time: now none means that it lost them, not that they are still to be seen.</summary>
    public bool WasReady { get; private set; }

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
