using System.Numerics;
using System.Runtime.CompilerServices;
using Canario.Router.Routing;

namespace Canario.Router.Forwarding;

/// <summary>
/// Takes each request to a revision and back. When none of the chosen revision's endpoints can be reached, the request was seen by no server, so another revision that
/// has weight, or is kept warm for this, answers it: no user fails because a candidate cannot start. The revision that was chosen still counts a 502: its gate must see what its users would
/// have seen, but for a moment's absence. Once a server may have seen the request, its outcome is the client's; what only asked for a prediction is asked once more when the server died with it.
/// </summary>
internal sealed class Dispatcher(RouterOptions options, TimeProvider time, ILogger<Dispatcher> logger)
{
    // Other endpoints of the same revision, before it counts as unreachable.
    private const int MaxEndpoints = 3;
    // A configuration and the endpoints that it relies on come by two watches: the one may be seen a little before the other, which is no fault of the revision.
    private static readonly TimeSpan EndpointsLag = TimeSpan.FromSeconds(2);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask RunAsync(IExchange x, Route route)
    {
        int chosen = route.Split.Choose(x.Fields, Random.Shared.Next(100));
        int served = chosen;
        if (route.Mirror is { } mirror && mirror.Wants(chosen)) x.BeginCopy(mirror);
        Outcome outcome;
        try
        {
            outcome = await TryAsync(x, route, route.Backends[chosen]);
            if (outcome.Unreached) (outcome, served) = await TryOthersAsync(x, route, chosen, outcome);
        }
        catch (Exception e)
        {
            Log.Unforeseen(logger, e, route.Configuration.Model);
            outcome = Outcome.Failed(500, Reasons.BadResponse);
        }
        var backend = route.Backends[served];
        TimeSpan duration;
        try
        {
            if (outcome.Reason is not null) await x.FailAsync(outcome, backend);
            duration = time.GetElapsedTime(x.Started);
            backend.Metrics.Count(outcome.Code, duration);
        }
        finally
        {
            // A copy holds a place among those under way until it is ended.
            if (route.Mirror is not null) x.EndCopy(route, backend, outcome);
        }
        if (options.AccessLog)
        {
            Log.Access(
                logger, x.Method, x.Target, route.Configuration.Model, outcome.Code, outcome.Reason ?? "", duration.TotalMilliseconds, backend.Revision, x.RequestId);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome> TryAsync(IExchange x, Route route, Backend backend)
    {
        var endpoints = x.EndpointsOf(backend.Service);
        var outcome = Outcome.NotReached(endpoints.Count == 0 ? Reasons.NoEndpoint : Reasons.ConnectFailed);
        int attempts = 0;
        while (attempts++ < MaxEndpoints && endpoints.Pick() is { } endpoint)
        {
            outcome = await x.TryAsync(route, backend, endpoint, fresh: x.WasLost || outcome.Reason == Reasons.StaleConnection);
            if (outcome.Reason is { } reason) backend.Metrics.CountFailure(reason);
            if (outcome.Unreached) continue;
            if (outcome.Reason is null) endpoints.Answered();
            return outcome;
        }
        if (attempts == 1 && !IsYetToBeSeen(route, backend)) backend.Metrics.CountFailure(outcome.Reason!);
        return outcome;
    }

    /// <summary>That another revision stands in for it is no fault that is known of: its endpoints are still to be seen, or its pods were killed or moved, and have successors in a moment.</summary>
    private bool IsBlameless(IExchange x, Route route, Backend backend) => IsYetToBeSeen(route, backend) || (!x.WasLost && x.EndpointsOf(backend.Service).IsAwayForAMoment());

    private bool IsYetToBeSeen(Route route, Backend backend) => !backend.Service.WasReady && time.GetElapsedTime(route.Since) < EndpointsLag;

    private async ValueTask<(Outcome Outcome, int Served)> TryOthersAsync(IExchange x, Route route, int chosen, Outcome first)
    {
        int tried = 1 << chosen;
        for (int next; (next = route.Split.NextAfter(tried)) >= 0; tried |= 1 << next)
        {
            var outcome = await TryAsync(x, route, route.Backends[next]);
            if (outcome.Unreached) continue;
            if (!IsBlameless(x, route, route.Backends[chosen])) route.Backends[chosen].Metrics.Count(502);
            return (outcome, next);
        }
        // Now only refusing is left: what is not ready, or was thought dead and may have come back since its last probe, is better than that.
        for (int left = tried; left != 0; left &= left - 1)
        {
            int i = BitOperations.TrailingZeroCount(left);
            var outcome = await TryReserveAsync(x, route, route.Backends[i]);
            if (outcome.Unreached) continue;
            if (i != chosen && !IsBlameless(x, route, route.Backends[chosen])) route.Backends[chosen].Metrics.Count(502);
            return (outcome, i);
        }
        return (Outcome.Failed(first.Reason == Reasons.NoEndpoint ? 503 : 502, first.Reason!), chosen);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<Outcome> TryReserveAsync(IExchange x, Route route, Backend backend)
    {
        var endpoints = x.EndpointsOf(backend.Service);
        var outcome = Outcome.NotReached(Reasons.NoEndpoint);
        // One that is thought dead is tried only where none is in reserve, and no second one after it.
        var endpoint = endpoints.PickReserve() ?? endpoints.PickEjected();
        for (int attempts = 0; endpoint is not null && attempts < MaxEndpoints; attempts++)
        {
            outcome = await x.TryAsync(route, backend, endpoint, fresh: true);
            if (outcome.Reason is { } reason) backend.Metrics.CountFailure(reason);
            if (!outcome.Unreached) break;
            endpoint = endpoints.PickReserve();
        }
        return outcome;
    }
}
