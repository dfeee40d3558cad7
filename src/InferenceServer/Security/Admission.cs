using System.Threading.RateLimiting;
using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Http;

namespace Canario.InferenceServer.Security;

/// <summary>Decides whether a client may ask: by its key, where keys are required, and by how often it asked. Probes and metrics are not asked for either.</summary>
internal sealed class Admission : IDisposable
{
    public const string KeyHeader = "x-api-key";
    private const string Bearer = "Bearer ";

    private readonly ApiKeys _keys;
    private readonly PartitionedRateLimiter<string>? _limiter;
    private readonly int _rate;

    public Admission(ServerOptions options, ApiKeys keys)
    {
        _keys = keys;
        _rate = options.RequestsPerSecond;
        if (_rate == 0) return;
        int burst = options.RequestBurst > 0 ? options.RequestBurst : _rate;
        // Made once: each request asks for its client's partition. Buckets of clients that have gone are dropped by the limiter itself.
        Func<string, RateLimiter> make = _ => new ClientBucket(_rate, burst);
        _limiter = PartitionedRateLimiter.Create<string, string>(client => RateLimitPartition.Get(client, make));
    }

    /// <exception cref="RequestException">401: no key, or not one of them. 429: too often.</exception>
    public void Admit(HttpContext context)
    {
        string? client = RequireKey(context);
        if (_limiter is null) return;
        client ??= context.Connection.RemoteIpAddress?.ToString() ?? "";
        using RateLimitLease lease = _limiter.AttemptAcquire(client);
        if (!lease.IsAcquired) throw new RequestException(StatusCodes.Status429TooManyRequests, $"more than {_rate} requests a second from one client");
    }

    /// <returns>The client by its key; null: keys are not required.</returns>
    /// <exception cref="RequestException">401: no key, or not one of them.</exception>
    public string? RequireKey(HttpContext context)
    {
        if (!_keys.AreRequired) return null;
        string authorization = context.Request.Headers.Authorization.ToString();
        string key = authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? authorization[Bearer.Length..].Trim()
            : context.Request.Headers[KeyHeader].ToString();
        if (key.Length == 0) throw new RequestException(StatusCodes.Status401Unauthorized, $"an API key is required, as 'Authorization: Bearer …' or '{KeyHeader}: …'");
        return _keys.Find(key) ?? throw new RequestException(StatusCodes.Status401Unauthorized, "the API key is not known");
    }

    public void Dispose() => _limiter?.Dispose();
}
