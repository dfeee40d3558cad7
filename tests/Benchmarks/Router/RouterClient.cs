using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Canario.Contract;

namespace Canario.Benchmarks.Router;

/// <summary>One kept-alive connection that asks one thing again and again and says who answered.</summary>
internal sealed class RouterClient : IDisposable
{
    private static readonly byte[] s_request = "GET / HTTP/1.1\r\nHost: m\r\n\r\n"u8.ToArray();
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[16 * 1024];

    public static Task<RouterClient> ConnectAsync(int port) => ConnectAsync(IPAddress.Loopback, port);

    public static async Task<RouterClient> ConnectAsync(IPAddress address, int port)
    {
        var client = new RouterClient();
        await client._socket.ConnectAsync(new IPEndPoint(address, port));
        return client;
    }

    /// <summary>Which version a router serves; null: none.</summary>
    public static async Task<string?> VersionAsync(HttpClient http, Uri admin)
    {
        await using Stream json = await http.GetStreamAsync(new Uri(admin, HttpPaths.RouterConfig));
        RouterAcknowledgement? answer = await JsonSerializer.DeserializeAsync(json, ContractJson.Default.RouterAcknowledgement);
        return answer?.Versions.GetValueOrDefault(RouterFiles.Model);
    }

    /// <returns>The revision that answered 200; null: any other answer, or none.</returns>
    public Task<string?> AskAsync() => AskAsync(s_request);

    /// <summary>As <see cref="AskAsync()"/>, with a header.</summary>
    public Task<string?> AskAsync(string header, string value) => AskAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: m\r\n{header}: {value}\r\n\r\n"));

    private async Task<string?> AskAsync(byte[] request)
    {
        try
        {
            await _socket.SendAsync(request);
            int filled = 0;
            while (true)
            {
                int count = await _socket.ReceiveAsync(_buffer.AsMemory(filled));
                if (count == 0) return null;
                filled += count;
                int end = _buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8);
                if (end < 0) continue;
                string head = Encoding.ASCII.GetString(_buffer, 0, end + 2);
                int whole = end + 4 + int.Parse(Field(head, "content-length") ?? "0", CultureInfo.InvariantCulture);
                if (filled < whole) continue;
                return head.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) ? Field(head, Headers.Revision) : null;
            }
        }
        catch (SocketException)
        {
            return null;
        }
    }

    public void Dispose() => _socket.Dispose();

    private static string? Field(string head, string name)
    {
        int at = head.IndexOf("\r\n" + name + ": ", StringComparison.OrdinalIgnoreCase);
        if (at < 0) return null;
        int from = at + name.Length + 4;
        return head[from..head.IndexOf('\r', from)];
    }
}
