using System.Net;
using Canario.Loops;
using Canario.Router.Forwarding;

namespace Canario.Router.Routing;

/// <summary>The endpoints of a service for one protocol. Read without a lock; changed by one writer.</summary>
internal sealed class EndpointSet(UpstreamOptions options, EventLoops loops, TimeProvider time)
{
    private volatile Members _members = new([], []);
    private volatile bool _hasAnswered;
    // Timestamp of the first request since the last answer that nobody took; 0: there is none.
    private long _awaySince;
    // In all, of absences that ended.
    private long _awayFor;

    /// <summary>Of the ready ones.</summary>
    public int Count => _members.Ready.Length;

    public bool IsEmpty => _members is { Ready.Length: 0, Reserve.Length: 0 };

    /// <summary>One of them answered a request.</summary>
    public void Answered()
    {
        if (!_hasAnswered) _hasAnswered = true;
        if (Volatile.Read(ref _awaySince) == 0) return;
        long since = Interlocked.Exchange(ref _awaySince, 0);
        if (since != 0) Interlocked.Add(ref _awayFor, time.GetTimestamp() - since);
    }

    /// <summary>Told of a request that none of them took. True: they have answered before, and have been away for less than <see cref="UpstreamOptions.Absence"/>, all absences together.</summary>
    public bool IsAwayForAMoment()
    {
        if (!_hasAnswered) return false;
        long now = time.GetTimestamp();
        long since = Interlocked.CompareExchange(ref _awaySince, now, 0);
        return time.GetElapsedTime(0, Volatile.Read(ref _awayFor) + (since == 0 ? 0 : now - since)) < options.Absence;
    }

    /// <summary>The less busy of two taken by chance, among those that are ready and can be reached.</summary>
    public Endpoint? Pick() => Pick(_members.Ready);

    /// <summary>
    /// When nothing is left but refusing the request: one that is not ready, or on its way out, but can be reached. Probes of a machine that is overloaded fail together, and the pods
    /// behind them serve on; nobody is helped when all of them are taken out at once.
    /// </summary>
    public Endpoint? PickReserve() => Pick(_members.Reserve);

    /// <summary>At the very last: one that is thought dead.</summary>
    public Endpoint? PickEjected()
    {
        var all = _members is { Ready: { Length: > 0 } ready } ? ready : _members.Reserve;
        return all.Length == 0 ? null : all[Random.Shared.Next(all.Length)];
    }

    /// <summary>Those that stay, be it in the other place, keep their connections and their load.</summary>
    public void Set(IEnumerable<IPEndPoint> ready, IEnumerable<IPEndPoint> reserve)
    {
        var before = _members.Ready.Concat(_members.Reserve).ToDictionary(e => e.Address);
        Endpoint[] next = [.. ready.Distinct().Select(Keep)];
        _members = new Members(next, [.. reserve.Distinct().Except(next.Select(e => e.Address)).Select(Keep)]);
        foreach (var gone in before.Values) gone.Dispose();

        Endpoint Keep(IPEndPoint address) => before.Remove(address, out var kept) ? kept : new Endpoint(address, options, loops, time);
    }

    private static Endpoint? Pick(Endpoint[] all)
    {
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

    private sealed record Members(Endpoint[] Ready, Endpoint[] Reserve);
}
