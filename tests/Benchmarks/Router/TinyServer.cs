using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Canario.Benchmarks.Router;

/// <summary>Answers each request without a body with 200 and nothing, on an address that an EndpointSlice may name: loopback ones are refused there.</summary>
internal sealed class TinyServer : IDisposable
{
    private static readonly byte[] s_answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray();
    private readonly TcpListener _listener = new(Address, 0);

    public TinyServer()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>The machine's own; what is sent to it does not leave the machine.</summary>
    public static IPAddress Address { get; } = NetworkInterface.GetAllNetworkInterfaces()
        .Where(i => i.OperationalStatus == OperationalStatus.Up)
        .SelectMany(i => i.GetIPProperties().UnicastAddresses)
        .Select(a => a.Address)
        .FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(a))
        ?? throw new InvalidOperationException("The machine has no IPv4 address but loopback.");

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose() => _listener.Dispose();

    private static async Task ServeAsync(Socket socket)
    {
        byte[] buffer = new byte[4096];
        try
        {
            using (socket)
            {
                int filled = 0;
                for (int count; (count = await socket.ReceiveAsync(buffer.AsMemory(filled))) > 0;)
                {
                    filled += count;
                    if (!buffer.AsSpan(0, filled).EndsWith("\r\n\r\n"u8)) continue;
                    filled = 0;
                    await socket.SendAsync(s_answer);
                }
            }
        }
        catch (SocketException)
        {
            // The router closed it.
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptSocketAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }
}
