using System.Net;
using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;

namespace Canario.Router.Configuration;

/// <summary>The endpoints that may get requests, out of a Service's EndpointSlices.</summary>
internal static class SliceReader
{
    public static IReadOnlyList<EndpointAddress> Read(IEnumerable<EndpointSlice> slices)
    {
        var found = new Dictionary<IPAddress, EndpointAddress>();
        foreach (var slice in slices)
        {
            int http = PortOf(slice, Ports.HttpName), grpc = PortOf(slice, Ports.GrpcName);
            foreach (var endpoint in slice.Endpoints ?? [])
            {
                // Unknown readiness is to be taken as ready (the API's own rule). A pod that ends still serves for a while, but what comes now need not go there.
                if (endpoint.Conditions?.Ready == false || endpoint.Conditions?.Terminating == true) continue;
                if (endpoint.Addresses is not [var text, ..] || !IPAddress.TryParse(text, out var address)) continue;
                found[address] = found.TryGetValue(address, out var before)
                    ? before with { HttpPort = Math.Max(before.HttpPort, http), GrpcPort = Math.Max(before.GrpcPort, grpc) }
                    : new EndpointAddress(address, http, grpc);
            }
        }
        return [.. found.Values];
    }

    private static int PortOf(EndpointSlice slice, string name) => slice.Ports?.FirstOrDefault(p => p.Name == name)?.Port ?? 0;
}
