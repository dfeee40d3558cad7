using System.Net;
using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;

namespace Canario.Router.Configuration;

/// <summary>The endpoints that may get requests, and those that might, out of a Service's EndpointSlices.</summary>
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
                bool isTerminating = endpoint.Conditions?.Terminating == true;
                // A pod that ends and says that it serves no more has no use at all.
                if (isTerminating && endpoint.Conditions?.Serving == false) continue;
                // Unknown readiness is to be taken as ready (the API's own rule). A pod that ends still serves for a while, but what comes now need not go there.
                bool isReady = !isTerminating && endpoint.Conditions?.Ready != false;
                if (endpoint.Addresses is not [var text, ..] || !IPAddress.TryParse(text, out var address)) continue;
                found[address] = found.TryGetValue(address, out var before)
                    ? before with { HttpPort = Math.Max(before.HttpPort, http), GrpcPort = Math.Max(before.GrpcPort, grpc), Ready = before.Ready || isReady }
                    : new EndpointAddress(address, http, grpc, isReady);
            }
        }
        return [.. found.Values];
    }

    private static int PortOf(EndpointSlice slice, string name) => slice.Ports?.FirstOrDefault(p => p.Name == name)?.Port ?? 0;
}
