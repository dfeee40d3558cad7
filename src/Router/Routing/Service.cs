using System.Net;
using Canario.Router.Configuration;
using Canario.Router.Forwarding;

namespace Canario.Router.Routing;

/// <summary>A Service's ready endpoints, by protocol.</summary>
internal sealed class Service(UpstreamOptions options, Sweeper sweeper, TimeProvider time)
{
    public EndpointSet Http { get; } = new(options, sweeper, time);

    public EndpointSet Grpc { get; } = new(options, sweeper, time);

    public void Set(IReadOnlyList<EndpointAddress> endpoints)
    {
        Http.Set(endpoints.Where(e => e.HttpPort > 0).Select(e => new IPEndPoint(e.Address, e.HttpPort)));
        Grpc.Set(endpoints.Where(e => e.GrpcPort > 0).Select(e => new IPEndPoint(e.Address, e.GrpcPort)));
    }
}
