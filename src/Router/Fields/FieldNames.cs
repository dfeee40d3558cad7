using System.Text;
using Canario.Contract;

namespace Canario.Router.Fields;

/// <summary>The header fields that the router knows, whatever the HTTP version.</summary>
internal static class FieldNames
{
    public const string ForwardedFor = "X-Forwarded-For";
    public const string ForwardedProto = "X-Forwarded-Proto";
    public const string ForwardedHost = "X-Forwarded-Host";

    private static readonly (byte[] Name, FieldKind Kind)[][] s_byLength = ByLength(
    [
        ("Content-Length", FieldKind.ContentLength),
        ("Transfer-Encoding", FieldKind.TransferEncoding),
        ("Connection", FieldKind.Connection),
        ("Keep-Alive", FieldKind.KeepAlive),
        ("Host", FieldKind.Host),
        ("Expect", FieldKind.Expect),
        ("TE", FieldKind.Te),
        ("Trailer", FieldKind.Trailer),
        ("Date", FieldKind.Date),
        ("Upgrade", FieldKind.Hop),
        ("HTTP2-Settings", FieldKind.Hop),
        ("Proxy-Connection", FieldKind.Hop),
        ("Proxy-Authorization", FieldKind.Hop),
        ("Proxy-Authenticate", FieldKind.Hop),
        (Headers.RequestId, FieldKind.RequestId),
        (ForwardedFor, FieldKind.ForwardedFor),
        (ForwardedProto, FieldKind.ForwardedProto),
        (ForwardedHost, FieldKind.ForwardedHost),
        (Headers.Revision, FieldKind.RouterWord),
        (Headers.RouterError, FieldKind.RouterWord),
        // No user may pass for a copy, nor a server call its answer one.
        (Headers.Shadow, FieldKind.Hop),
    ]);

    public static FieldKind KindOf(ReadOnlySpan<byte> name)
    {
        if (name.Length >= s_byLength.Length) return FieldKind.Other;
        foreach (var (known, kind) in s_byLength[name.Length])
        {
            if (Ascii.EqualsIgnoreCase(name, known)) return kind;
        }
        return FieldKind.Other;
    }

    public static FieldKind KindOf(string name)
    {
        if (name.Length >= s_byLength.Length) return FieldKind.Other;
        foreach (var (known, kind) in s_byLength[name.Length])
        {
            if (Ascii.EqualsIgnoreCase(known, name)) return kind;
        }
        return FieldKind.Other;
    }

    /// <summary>Whether a request's field goes to the server as it came. The others are of this hop, or written anew.</summary>
    public static bool PassesToServer(FieldKind kind) => kind is FieldKind.Other or FieldKind.Date or FieldKind.RouterWord;

    /// <summary>Whether an answer's field goes to the client as it came.</summary>
    public static bool PassesToClient(FieldKind kind) =>
        kind is FieldKind.Other or FieldKind.Date or FieldKind.Host or FieldKind.Expect or FieldKind.ForwardedFor or FieldKind.ForwardedProto or FieldKind.ForwardedHost;

    private static (byte[] Name, FieldKind Kind)[][] ByLength((string Name, FieldKind Kind)[] all) =>
    [
        .. Enumerable.Range(0, all.Max(f => f.Name.Length) + 1)
            .Select(length => all.Where(f => f.Name.Length == length).Select(f => (Encoding.ASCII.GetBytes(f.Name), f.Kind)).ToArray()),
    ];
}
