using System.Globalization;
using Canario.Contract;
using Canario.Telemetry.Metrics;

namespace Canario.Router.Metrics;

/// <summary>A revision's series, resolved once. The common codes exist at 0 from the start, so that the first failure is an increase and not a birth.</summary>
internal sealed class RevisionMetrics
{
    private static readonly int[] CommonCodes = [200, 400, 404, 413, 422, 429, 499, 500, 502, 503, 504];
    private readonly CounterChild?[] _byCode = new CounterChild?[600];
    private readonly Lock _gate = new();
    private readonly ModelIdentity _identity;
    private readonly RouterMetrics _families;
    private readonly HistogramChild _duration;
    private bool _removed;

    public RevisionMetrics(ModelIdentity identity, RouterMetrics families)
    {
        _identity = identity;
        _families = families;
        _duration = families.Duration.WithLabels(identity.Namespace, identity.Model, identity.Revision);
        foreach (int code in CommonCodes) _byCode[code] = Create(code);
    }

    public void Count(int code, TimeSpan duration)
    {
        Count(code);
        _duration.Observe(duration.TotalSeconds);
    }

    public void Count(int code) => (Volatile.Read(ref _byCode[code]) ?? CreateLate(code))?.Increment();

    public void CountFailure(string reason)
    {
        lock (_gate)
        {
            if (!_removed) _families.Failures.WithLabels(_identity.Namespace, _identity.Model, _identity.Revision, reason).Increment();
        }
    }

    public void Remove()
    {
        lock (_gate)
        {
            _removed = true;
            for (int code = 0; code < _byCode.Length; code++)
            {
                if (_byCode[code] is not null) _families.Requests.Remove(_identity.Namespace, _identity.Model, _identity.Revision, Text(code));
            }
            _families.Duration.Remove(_identity.Namespace, _identity.Model, _identity.Revision);
            foreach (string reason in Forwarding.Reasons.All) _families.Failures.Remove(_identity.Namespace, _identity.Model, _identity.Revision, reason);
        }
    }

    private CounterChild? CreateLate(int code)
    {
        lock (_gate)
        {
            // A request that outlives its revision must not bring the series back.
            if (_removed) return null;
            return _byCode[code] ??= Create(code);
        }
    }

    private CounterChild Create(int code) => _families.Requests.WithLabels(_identity.Namespace, _identity.Model, _identity.Revision, Text(code));

    private static string Text(int code) => code.ToString(CultureInfo.InvariantCulture);
}
