using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Canario.Contract;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Canario.Router.Forwarding;

/// <summary>Checks and writes the head of the request that goes to the model's server.</summary>
internal static class RequestHead
{
    private static readonly SearchValues<char> LineBreakers = SearchValues.Create("\r\n\0");

    /// <summary>Whether the request is framed in a way that another reader could understand differently. Kestrel refuses most by itself; this is what it lets pass.</summary>
    /// <returns>null: it is sound.</returns>
    public static string? Check(IHttpRequestFeature request)
    {
        var coding = request.Headers.TransferEncoding;
        if (coding.Count > 0)
        {
            if (request.Protocol != "HTTP/1.1") return "Transfer-Encoding in a request that is not HTTP/1.1";
            if (coding.Count != 1 || !"chunked".Equals(coding[0], StringComparison.OrdinalIgnoreCase)) return "Transfer-Encoding is not chunked alone";
            // Kestrel renames a Content-Length that stands beside Transfer-Encoding.
            if (request.Headers.ContainsKey("X-Content-Length") || request.Headers.ContentLength is not null) return "both Content-Length and Transfer-Encoding";
        }
        if (request.Method == "CONNECT") return "CONNECT is not served";
        if (request.Headers.Host.Count > 1) return "several Host";
        return null;
    }

    /// <summary>Writes the head into the connection's buffer.</summary>
    /// <returns>Its length.</returns>
    public static int Write(UpstreamConnection connection, Exchange x, string endpoint)
    {
        var writer = new HeadWriter(connection);
        var request = x.Request;
        var headers = request.Headers;
        writer.Text(request.Method);
        writer.Bytes(" "u8);
        writer.Text(OriginForm(request.RawTarget));
        writer.Bytes(" HTTP/1.1\r\nHost: "u8);
        var host = headers.Host;
        writer.Text(StringValues.IsNullOrEmpty(host) ? endpoint : host.ToString());
        string connectionHeader = headers.Connection.Count == 0 ? "" : headers.Connection.ToString();
        // Kestrel keeps of "x-hop, keep-alive" only "keep-alive": what such a line nominates beside it passes on. It cannot be a framing field: those are written anew.
        bool nominates = connectionHeader.Length > 0
            && !connectionHeader.Equals("keep-alive", StringComparison.OrdinalIgnoreCase) && !connectionHeader.Equals("close", StringComparison.OrdinalIgnoreCase);
        foreach (var (name, values) in headers)
        {
            if (RequestHeaders.IsOwn(name) || (nominates && RequestHeaders.IsNominated(connectionHeader, name))) continue;
            for (int i = 0; i < values.Count; i++) writer.Field(name, values[i] ?? "");
        }
        WriteForwarded(ref writer, x, host);
        writer.Field(Headers.RequestId, x.RequestId);
        if (x.BodyIsChunked) writer.Bytes("\r\nTransfer-Encoding: chunked"u8);
        else if (headers.ContentLength is { } length) writer.Number("\r\nContent-Length: "u8, length);
        writer.Bytes("\r\n\r\n"u8);
        return writer.Length;
    }

    /// <summary>Whether sending twice is as good as once (RFC 9110, section 9.2.2).</summary>
    public static bool IsIdempotent(string method) => method is "GET" or "HEAD" or "OPTIONS" or "PUT" or "DELETE" or "TRACE";

    private static void WriteForwarded(ref HeadWriter writer, Exchange x, StringValues host)
    {
        var headers = x.Request.Headers;
        var before = headers[RequestHeaders.ForwardedFor];
        writer.Field(RequestHeaders.ForwardedFor, before.Count == 0 ? x.RemoteAddress : before.ToString() + ", " + x.RemoteAddress);
        var proto = headers[RequestHeaders.ForwardedProto];
        writer.Field(RequestHeaders.ForwardedProto, proto.Count == 0 ? "http" : proto[0]!);
        var original = headers[RequestHeaders.ForwardedHost];
        if (original.Count > 0) writer.Field(RequestHeaders.ForwardedHost, original[0]!);
        else if (host.Count > 0) writer.Field(RequestHeaders.ForwardedHost, host[0]!);
    }

    // "http://host/path" becomes "/path": the server is no proxy. "*" stays.
    private static string OriginForm(string target)
    {
        if (target.Length > 0 && target[0] is '/' or '*') return target;
        int authority = target.IndexOf("://", StringComparison.Ordinal);
        int path = authority < 0 ? -1 : target.IndexOfAny(['/', '?'], authority + 3);
        if (path < 0) return "/";
        return target[path] == '/' ? target[path..] : "/" + target[path..];
    }

    private ref struct HeadWriter(UpstreamConnection connection)
    {
        public int Length { get; private set; }

        public void Bytes(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(Space(bytes.Length));
            Length += bytes.Length;
        }

        public void Text(string text)
        {
            // Kestrel's parser has refused these; a request built otherwise must not get through either.
            if (text.AsSpan().ContainsAny(LineBreakers)) throw new InvalidDataException("a line break within a request's head");
            Length += Encoding.UTF8.GetBytes(text, Space(text.Length * 3));
        }

        public void Field(string name, string value)
        {
            Bytes("\r\n"u8);
            Text(name);
            Bytes(": "u8);
            Text(value);
        }

        public void Number(ReadOnlySpan<byte> name, long value)
        {
            Bytes(name);
            Utf8Formatter.TryFormat(value, Space(20), out int written);
            Length += written;
        }

        private readonly Span<byte> Space(int size)
        {
            if (connection.Out.Length - Length < size) connection.GrowOut(Length + size);
            return connection.Out.AsSpan(Length);
        }
    }
}
