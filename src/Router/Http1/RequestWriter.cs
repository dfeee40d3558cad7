using System.Text;
using Canario.Contract;
using Canario.Router.Fields;

namespace Canario.Router.Http1;

/// <summary>Writes the head of the request that goes to the model's server: the client's lines as they came, less those of this hop, and the router's own.</summary>
internal static class RequestWriter
{
    private static readonly byte[] s_requestId = Encoding.ASCII.GetBytes(Headers.RequestId + ": ");
    private static readonly byte[] s_forwardedFor = Encoding.ASCII.GetBytes(FieldNames.ForwardedFor + ": ");
    private static readonly byte[] s_forwardedProto = Encoding.ASCII.GetBytes(FieldNames.ForwardedProto + ": ");
    private static readonly byte[] s_forwardedHost = Encoding.ASCII.GetBytes(FieldNames.ForwardedHost + ": ");

    private static readonly byte[] s_shadow = Encoding.ASCII.GetBytes("\r\n" + Headers.Shadow + ": 1\r\nContent-Length: ");

    public static void Write(OutputBuffer output, Http1Exchange x, byte[] endpoint)
    {
        WriteLines(output, x, endpoint);
        if (x.Body.IsChunked) output.Write("\r\nTransfer-Encoding: chunked"u8);
        else if (x.Head.Fields.ContentLength is { } length)
        {
            output.Write("\r\nContent-Length: "u8);
            output.Write(length);
        }
        output.Write("\r\n\r\n"u8);
    }

    /// <summary>The same for a copy, whose body is at hand as a whole.</summary>
    public static void WriteCopy(OutputBuffer output, Http1Exchange x, byte[] host, int bodyLength)
    {
        WriteLines(output, x, host);
        output.Write(s_shadow);
        output.Write(bodyLength);
        output.Write("\r\n\r\n"u8);
    }

    private static void WriteLines(OutputBuffer output, Http1Exchange x, byte[] endpoint)
    {
        var head = x.Head;
        output.Write(head.Method);
        output.Write(" "u8);
        var target = head.Target;
        if (target.IsEmpty || target[0] == '?') output.Write("/"u8);
        output.Write(target);
        output.Write(" HTTP/1.1\r\nHost: "u8);
        output.Write(head.Host.IsEmpty ? endpoint : head.Host);
        output.Write("\r\n"u8);
        foreach (ref readonly var field in head.Fields.All)
        {
            if (FieldNames.PassesToServer(field.Kind) && !head.Fields.IsNominated(head.Bytes, field)) output.Write(head.Bytes.Slice(field.Start, field.Length));
        }
        WriteForwarded(output, x);
        output.Write(s_requestId);
        output.Write(x.RequestIdBytes);
    }

    private static void WriteForwarded(OutputBuffer output, Http1Exchange x)
    {
        var head = x.Head;
        ReadOnlySpan<byte> proto = default, host = default;
        output.Write(s_forwardedFor);
        foreach (ref readonly var field in head.Fields.All)
        {
            var value = FieldLines.ValueOf(head.Bytes, field);
            if (field.Kind == FieldKind.ForwardedProto && proto.IsEmpty) proto = value;
            else if (field.Kind == FieldKind.ForwardedHost && host.IsEmpty) host = value;
            else if (field.Kind == FieldKind.ForwardedFor && value.Length > 0)
            {
                output.Write(value);
                output.Write(", "u8);
            }
        }
        output.Write(x.RemoteAddress);
        output.Write("\r\n"u8);
        output.Write(s_forwardedProto);
        output.Write(proto.IsEmpty ? "http"u8 : proto);
        output.Write("\r\n"u8);
        if (host.IsEmpty) host = head.Host;
        if (host.IsEmpty) return;
        output.Write(s_forwardedHost);
        output.Write(host);
        output.Write("\r\n"u8);
    }
}
