using System.Net;
using Canario.Router.Forwarding;
using Canario.Router.Loops;

namespace Canario.Router.Routing;

/// <summary>The ready endpoints of a service for one protocol. Read without a lock; changed by one writer.</summary>
internal sealed class EndpointSet(UpstreamOptions options, EventLoops loops, TimeProvider time)
{
    private volatile Endpoint[] _endpoints = [];

    public int Count => _endpoints.Length;

    /// <summary>The less busy of two taken by chance, among those that can be reached.</summary>
    public Endpoint? Pick()
    {
        var all = _endpoints;
        if (all.Length == 0) return null;
        if (all.Length == 1) return all[0].IsEjected ? null : all[0];
        int first = Random.Shared.Next(all.Length);
        int second = Random.Shared.Next(all.Length - 1);
        if (second >= first) second++;
        Endpoint a = all[first], b = all[second];
        if (!a.IsEjected) return b.IsEjected || a.Outstanding <= b.Outstanding ? a : b;
        if (!b.IsEjected) return b;
        for (int i = 0; i < all.Length; i++)
        {
            var one = all[(first + i) % all.Length];
            if (!one.IsEjected) return one;
        }
        return null;
    }

    /// <summary>One that is thought dead: better tried than refusing the request, when nothing else is left.</summary>
    public Endpoint? PickEjected()
    {
        var all = _endpoints;
        return all.Length == 0 ? null : all[Random.Shared.Next(all.Length)];
    }

    /// <summary>Those that stay keep their connections and their load.</summary>
    public void Set(IEnumerable<IPEndPoint> addresses)
    {
        var before = _endpoints.ToDictionary(e => e.Address);
        var next = new List<Endpoint>();
        foreach (var address in addresses.Distinct())
        {
            next.Add(before.Remove(address, out var kept) ? kept : new Endpoint(address, options, loops, time));
        }
        _endpoints = [.. next];
        foreach (var gone in before.Values) gone.Dispose();
    }
}
