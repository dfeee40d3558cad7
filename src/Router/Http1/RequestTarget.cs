using System.Buffers;
using System.Text;

namespace Canario.Router.Http1;

/// <summary>Where a request goes (RFC 9112, section 3.2), and the Host that must agree with it.</summary>
internal static class RequestTarget
{
    private static readonly SearchValues<byte> s_visible = SearchValues.Create([.. Enumerable.Range(0x21, 0x5E).Select(b => (byte)b)]);
    private static readonly SearchValues<byte> s_hostBytes = SearchValues.Create("!$&'()-._~%0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);
    private static readonly SearchValues<byte> s_ipv6Bytes = SearchValues.Create("0123456789abcdefABCDEF:."u8);

    /// <param name="target">As sent.</param>
    /// <param name="method">"*" is for OPTIONS alone.</param>
    /// <param name="authority">Of an absolute form; empty of another.</param>
    /// <param name="pathAndQuery">What the server is asked for. Without its slash when an absolute form has no path: "?x" or nothing.</param>
    public static bool TrySplit(ReadOnlySpan<byte> target, ReadOnlySpan<byte> method, out Range authority, out Range pathAndQuery)
    {
        authority = default;
        pathAndQuery = Range.All;
        // A path with a NUL is cut short by servers written in C.
        if (target.IsEmpty || target.ContainsAnyExcept(s_visible) || target.IndexOf("%00"u8) >= 0) return false;
        if (target[0] == '/') return true;
        if (target.SequenceEqual("*"u8)) return method.SequenceEqual("OPTIONS"u8);
        int start = Ascii.EqualsIgnoreCase(target[..Math.Min(7, target.Length)], "http://"u8) ? 7 : Ascii.EqualsIgnoreCase(target[..Math.Min(8, target.Length)], "https://"u8) ? 8 : 0;
        if (start == 0) return false;
        int length = target[start..].IndexOfAny((byte)'/', (byte)'?');
        if (length < 0) length = target.Length - start;
        authority = start..(start + length);
        pathAndQuery = (start + length)..;
        return length > 0 && IsHost(target[authority]);
    }

    /// <summary>A name or an address, and perhaps a port. Empty is one too: an authority may have no host.</summary>
    public static bool IsHost(ReadOnlySpan<byte> host)
    {
        if (host.IsEmpty) return true;
        int end;
        if (host[0] == '[')
        {
            end = host.IndexOf((byte)']') + 1;
            if (end < 4 || host[1..(end - 1)].ContainsAnyExcept(s_ipv6Bytes)) return false;
        }
        else
        {
            end = host.IndexOfAnyExcept(s_hostBytes);
            if (end < 0) return true;
        }
        if (end == host.Length) return true;
        return end > 0 && host[end] == ':' && host.Length - end <= 6 && !host[(end + 1)..].ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }

    /// <summary>Whether the Host field names what an absolute form asks for: of two that differ, two readers could believe different ones.</summary>
    public static bool Agree(ReadOnlySpan<byte> host, ReadOnlySpan<byte> authority) =>
        Ascii.EqualsIgnoreCase(host, authority)
        || (authority.EndsWith(":80"u8) && Ascii.EqualsIgnoreCase(host, authority[..^3]))
        || (host.EndsWith(":80"u8) && Ascii.EqualsIgnoreCase(host[..^3], authority));
}
