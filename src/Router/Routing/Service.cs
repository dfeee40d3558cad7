using System.Net;
using Canario.Router.Configuration;
using Canario.Router.Forwarding;
using Canario.Router.Loops;

namespace Canario.Router.Routing;

/// <summary>A Service's ready endpoints, by protocol.</summary>
internal sealed class Service(UpstreamOptions options, EventLoops loops, TimeProvider time)
{
    public EndpointSet Http { get; } = new(options, loops, time);

    public EndpointSet Grpc { get; } = new(options, loops, time);

    /// <summary>It has had an endpoint at some time: now none means that it lost them, not that they are still to be seen.</summary>
    public bool WasReady { get; private set; }

    public bool IsEmpty => Http.Count == 0 && Grpc.Count == 0;

    public void Set(IReadOnlyList<EndpointAddress> endpoints)
    {
        WasReady |= endpoints.Count > 0;
        Http.Set(endpoints.Where(e => e.HttpPort > 0).Select(e => new IPEndPoint(e.Address, e.HttpPort)));
        Grpc.Set(endpoints.Where(e => e.GrpcPort > 0).Select(e => new IPEndPoint(e.Address, e.GrpcPort)));
    }
}
