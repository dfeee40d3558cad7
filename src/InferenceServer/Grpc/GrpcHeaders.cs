using System.Globalization;
using System.Text;
using Canario.InferenceServer.Http;
using Canario.InferenceServer.Tensors;

namespace Canario.InferenceServer.Grpc;

/// <summary>Header fields and trailers of gRPC over HTTP/2 (PROTOCOL-HTTP2.md).</summary>
internal static class GrpcHeaders
{
    public const string ContentType = "application/grpc";
    public const string ProtobufType = "application/grpc+proto";
    public const string Timeout = "grpc-timeout";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";

    private const int LongestTimeout = 8;

    public static bool IsGrpc(HttpRequest request) =>
        request.ContentType is { } type && type.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
        && (type.Length == ContentType.Length || type[ContentType.Length] is '+' or ';' or ' ') && HttpProtocol.IsHttp2(request.Protocol);

    /// <summary>Of a call: its messages are protobuf. Others (<c>+json</c>) are to be answered 415.</summary>
    public static bool IsProtobuf(HttpRequest request)
    {
        ReadOnlySpan<char> type = request.ContentType;
        int parameters = type.IndexOf(';');
        if (parameters >= 0) type = type[..parameters];
        type = type.TrimEnd();
        return type.Length == ContentType.Length || type.Equals(ProtobufType, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Reads <c>grpc-timeout</c>: up to eight digits and a unit.</summary>
    /// <returns>Null: none given.</returns>
    public static TimeSpan? ReadTimeout(string? text)
    {
        if (string.IsNullOrEmpty(text)) return null;
        if (text.Length is < 2 or > LongestTimeout + 1 || !long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out long value))
            throw Wrong(text);
        double seconds = text[^1] switch
        {
            'H' => value * 3600.0,
            'M' => value * 60.0,
            'S' => value,
            'm' => value / 1e3,
            'u' => value / 1e6,
            'n' => value / 1e9,
            _ => throw Wrong(text),
        };
        // Timers take no more than some weeks; who waits for longer waits for ever.
        return TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.FromDays(30).TotalSeconds));
    }

    /// <summary>Percent-encoded, as a trailer holds printable ASCII only.</summary>
    public static string EncodeMessage(string message)
    {
        var encoded = new StringBuilder(message.Length);
        foreach (byte value in System.Text.Encoding.UTF8.GetBytes(message))
        {
            if (value is >= 0x20 and <= 0x7E and not (byte)'%') encoded.Append((char)value);
            else encoded.Append('%').Append(value.ToString("X2", CultureInfo.InvariantCulture));
        }

        return encoded.ToString();
    }

    private static RequestException Wrong(string text) =>
        RequestException.Bad($"{Timeout}: {TensorNames.Quote(text)} is not up to {LongestTimeout} digits and one of H, M, S, m, u, n");
}
