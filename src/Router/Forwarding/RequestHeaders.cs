using System.Collections.Frozen;
using Canario.Contract;

namespace Canario.Router.Forwarding;

/// <summary>Request header fields that are not copied: of this hop only, or written anew by the router.</summary>
internal static class RequestHeaders
{
    public const string ForwardedFor = "X-Forwarded-For";
    public const string ForwardedProto = "X-Forwarded-Proto";
    public const string ForwardedHost = "X-Forwarded-Host";

    private static readonly FrozenSet<string> Own = new[]
    {
        "Host", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "TE", "Trailer", "Upgrade", "Expect",
        "HTTP2-Settings", Headers.RequestId, ForwardedFor, ForwardedProto, ForwardedHost,
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static bool IsOwn(string name) => Own.Contains(name);

    /// <summary>Whether the Connection header names a field as of this hop only.</summary>
    public static bool IsNominated(string connection, string name)
    {
        foreach (var range in connection.AsSpan().Split(','))
        {
            if (connection.AsSpan(range).Trim().Equals(name, StringComparison.OrdinalIgnoreCase)) return true;
        }
        return false;
    }
}
