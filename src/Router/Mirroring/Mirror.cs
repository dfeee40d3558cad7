using Canario.Router.Metrics;
using Canario.Router.Routing;

namespace Canario.Router.Mirroring;

/// <summary>A route's revision that gets copies.</summary>
/// <param name="index">Of the backend in the route.</param>
internal sealed class Mirror(Backend backend, int index, int percent, ShadowMetrics metrics, MirrorOptions options, MirrorBudget budget)
{
    private int _inFlight;

    public Backend Backend => backend;

    public ShadowMetrics Metrics => metrics;

    public MirrorOptions Options => options;

    /// <summary>By chance. What the revision answers itself is not copied to it.</summary>
    public bool Wants(int chosen) => chosen != index && (percent >= 100 || Random.Shared.Next(100) < percent);

    /// <returns>null: too many are under way.</returns>
    public MirrorCopy? TryBegin()
    {
        if (Interlocked.Increment(ref _inFlight) <= options.MaxInFlight) return new MirrorCopy(this, budget);
        Leave();
        metrics.CountDropped(DropReasons.InFlight);
        return null;
    }

    public void Leave() => Interlocked.Decrement(ref _inFlight);
}
