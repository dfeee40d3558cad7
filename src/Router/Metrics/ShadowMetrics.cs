using Canario.Contract;
using Canario.Router.Mirroring;

namespace Canario.Router.Metrics;

/// <summary>A revision's series as one that gets copies. They stay as long as the revision is named, whether it still gets some or not: a gate reads them to its last look.</summary>
internal sealed class ShadowMetrics
{
    private readonly ModelIdentity _identity;
    private readonly RouterMetrics _families;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, PairMetrics> _pairs = new(StringComparer.Ordinal);
    private bool _removed;

    public ShadowMetrics(ModelIdentity identity, RouterMetrics families)
    {
        _identity = identity;
        _families = families;
        foreach (string reason in DropReasons.All) families.ShadowDropped.WithLabels(identity.Namespace, identity.Model, identity.Revision, reason);
    }

    public void CountDropped(string reason)
    {
        lock (_gate)
        {
            if (!_removed) _families.ShadowDropped.WithLabels(_identity.Namespace, _identity.Model, _identity.Revision, reason).Increment();
        }
    }

    /// <param name="slice">Null: not known, or several.</param>
    public void Count(string stable, string outcome, in AnswerDifference difference, string? slice)
    {
        lock (_gate)
        {
            // A copy that outlives its revision must not bring the series back.
            if (_removed) return;
            if (!_pairs.TryGetValue(stable, out var pair)) _pairs.Add(stable, pair = new PairMetrics(_identity, stable, _families));
            pair.Count(outcome, difference, slice);
        }
    }

    public void Remove()
    {
        lock (_gate)
        {
            _removed = true;
            foreach (string reason in DropReasons.All) _families.ShadowDropped.Remove(_identity.Namespace, _identity.Model, _identity.Revision, reason);
            foreach (var pair in _pairs.Values) pair.Remove();
        }
    }
}
