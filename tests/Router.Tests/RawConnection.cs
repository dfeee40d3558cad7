using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Canario.Router.Tests;

/// <summary>A TCP connection that says exactly what a test wants said.</summary>
internal sealed class RawConnection(TcpClient client) : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly List<byte> _buffered = [];

    public NetworkStream Stream { get; } = client.GetStream();

    public static async Task<RawConnection> OpenAsync(int port)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, port).WaitAsync(Patience);
        return new RawConnection(client);
    }

    public async Task SendAsync(string latin1) => await Stream.WriteAsync(Encoding.Latin1.GetBytes(latin1)).AsTask().WaitAsync(Patience);

    /// <summary>Says that no more comes, and goes on reading.</summary>
    public void EndSending()
    {
        try
        {
            client.Client.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The peer was quicker.
        }
    }

    /// <summary>Ends without a farewell: the peer gets a reset.</summary>
    public void Reset()
    {
        client.LingerState = new LingerOption(true, 0);
        client.Close();
    }

    /// <returns>The head with its empty line; empty at the end of the connection.</returns>
    public async Task<string> ReadHeadAsync()
    {
        while (true)
        {
            string text = Encoding.Latin1.GetString([.. _buffered]);
            int end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0)
            {
                _buffered.RemoveRange(0, end + 4);
                return text[..(end + 4)];
            }
            if (!await FillAsync()) return "";
        }
    }

    public async Task<string> ReadExactlyAsync(int count)
    {
        while (_buffered.Count < count)
        {
            if (!await FillAsync()) throw new EndOfStreamException($"{_buffered.Count} of {count} bytes came");
        }
        string text = Encoding.Latin1.GetString([.. _buffered.Take(count)]);
        _buffered.RemoveRange(0, count);
        return text;
    }

    public async Task<string> ReadToEndAsync()
    {
        while (await FillAsync())
        {
        }
        string text = Encoding.Latin1.GetString([.. _buffered]);
        _buffered.Clear();
        return text;
    }

    /// <summary>A head and, when it has a Content-Length, that many bytes.</summary>
    public async Task<string> ReadMessageAsync()
    {
        string head = await ReadHeadAsync();
        string? length = head.Split("\r\n").FirstOrDefault(l => l.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase));
        return length is null ? head : head + await ReadExactlyAsync(int.Parse(length["Content-Length: ".Length..], CultureInfo.InvariantCulture));
    }

    /// <summary>Waits for the peer to close or reset.</summary>
    public async Task WaitForEndAsync()
    {
        while (await FillAsync()) _buffered.Clear();
    }

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<bool> FillAsync()
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            int count = await Stream.ReadAsync(buffer).AsTask().WaitAsync(Patience);
            _buffered.AddRange(buffer.AsSpan(0, count));
            return count > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
