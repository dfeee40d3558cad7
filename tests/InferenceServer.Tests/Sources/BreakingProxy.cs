using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Canario.InferenceServer.Tests.Sources;

/// <summary>Passes TCP on, and breaks connections in the midst of what the server sends.</summary>
internal sealed class BreakingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly int _target;
    private readonly Task _accepting;
    private readonly ConcurrentBag<Task> _connections = [];

    public BreakingProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Each breaks one connection when it has passed so many bytes to the client.</summary>
    public ConcurrentQueue<long> Breaks { get; } = new();

    /// <summary>Connections stand still after so many bytes to the client.</summary>
    public long HoldAfter { get; set; } = long.MaxValue;

    /// <summary>Connections end as when a machine goes away, and what the client has not read yet is lost; else as when its process ends.</summary>
    public bool Resets { get; init; }

    /// <summary>Bytes to clients in all.</summary>
    public long Passed;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await Task.WhenAll([_accepting, .. _connections]);
        _stop.Dispose();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptSocketAsync(_stop.Token);
                _connections.Add(PassAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task PassAsync(Socket client)
    {
        using (client)
        using (var server = new Socket(SocketType.Stream, ProtocolType.Tcp))
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
                Task up = PumpAsync(client, server, long.MaxValue, count: false);
                long limit = Breaks.TryDequeue(out long broken) ? broken : long.MaxValue;
                await PumpAsync(server, client, limit, count: true);
                if (Resets)
                {
                    client.LingerState = new LingerOption(true, 0);
                    client.Close();
                }
                else
                {
                    // Closing would drop what the client has not read yet.
                    client.Shutdown(SocketShutdown.Send);
                }

                server.Close();
                await up;
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // Either side went away.
            }
        }
    }

    private async Task PumpAsync(Socket from, Socket to, long limit, bool count)
    {
        byte[] buffer = new byte[16 << 10];
        long passed = 0;
        try
        {
            while (passed < limit)
            {
                int read = await from.ReceiveAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, limit - passed)), _stop.Token);
                if (read == 0) return;
                if (count && passed + read > HoldAfter) await Task.Delay(Timeout.Infinite, _stop.Token);
                for (int sent = 0; sent < read;) sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), _stop.Token);
                passed += read;
                if (count) Interlocked.Add(ref Passed, read);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Either side went away.
        }
    }
}
