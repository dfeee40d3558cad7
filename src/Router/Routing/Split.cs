using Canario.Contract;

namespace Canario.Router.Routing;

/// <summary>
/// Which revision a request goes to: the first match, else the sticky choice of its user, else by chance. Immutable: a new configuration is a new split, and a request
/// is split by the one it found.
/// </summary>
internal sealed class Split
{
    private readonly RouterConfiguration _configuration;
    private readonly (string? Header, string? Cookie, string Value, int Backend)[] _matches;
    private readonly bool _readsCookies;
    private readonly int _fallback;
    private readonly string[] _revisions;
    private readonly int[] _weights;
    // Backend by percent point: 100 entries, so the choice by chance is one look-up.
    private readonly byte[] _byPoint;

    public Split(RouterConfiguration configuration)
    {
        _configuration = configuration;
        _revisions = [.. configuration.Backends.Select(b => b.Revision)];
        _weights = [.. configuration.Backends.Select(b => b.Weight)];
        _matches = [.. (configuration.Matches ?? []).Select(m => (m.Header, m.Cookie, m.Value, Array.IndexOf(_revisions, m.Revision)))];
        _readsCookies = configuration.StickyCookie is not null || _matches.Any(m => m.Cookie is not null);
        _fallback = Array.IndexOf(_revisions, configuration.Fallback);
        _byPoint = new byte[100];
        int point = 0;
        for (int i = 0; i < _weights.Length; i++)
            for (int n = 0; n < _weights[i]; n++) _byPoint[point++] = (byte)i;
    }

    /// <param name="fields">The request's.</param>
    /// <param name="point">Chance, 0 to 99.</param>
    /// <returns>Index of the backend.</returns>
    public int Choose(IRequestFields fields, int point)
    {
        // More than one field of the name is against the standard, and whoever reads the other one would split otherwise.
        string? cookies = _readsCookies && fields.Count(CookieField.Name) == 1 ? fields.First(CookieField.Name) : null;
        foreach (var (header, cookie, value, backend) in _matches)
        {
            if (cookie is not null ? CookieField.Find(cookies, cookie).SequenceEqual(value) : fields.Count(header!) == 1 && fields.First(header!) == value) return backend;
        }
        if (_configuration.StickyHeader.Length > 0 && fields.First(_configuration.StickyHeader) is { Length: > 0 } user) return ChooseFor(user);
        if (_configuration.StickyCookie is { } name && CookieField.Find(cookies, name) is { Length: > 0 } session) return ChooseFor(session.ToString());
        return _byPoint[point];
    }

    /// <summary>The backend that takes over when those in <paramref name="tried"/> cannot be reached: the heaviest left, then the one that is kept for this. Another of weight 0 never does: it may not be fit to serve.</summary>
    /// <param name="tried">A bit a backend.</param>
    /// <returns>-1: none.</returns>
    public int NextAfter(int tried)
    {
        int best = -1;
        for (int i = 0; i < _weights.Length; i++)
        {
            if ((tried & (1 << i)) == 0 && _weights[i] > 0 && (best < 0 || _weights[i] > _weights[best])) best = i;
        }
        return best < 0 && _fallback >= 0 && (tried & (1 << _fallback)) == 0 ? _fallback : best;
    }

    private int ChooseFor(string user)
    {
        int best = 0;
        double lowest = double.PositiveInfinity;
        for (int i = 0; i < _revisions.Length; i++)
        {
            double bid = StickyHash.Bid(user, _revisions[i], _weights[i]);
            if (bid >= lowest) continue;
            lowest = bid;
            best = i;
        }
        return best;
    }
}
