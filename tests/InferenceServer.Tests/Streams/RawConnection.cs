using System.Net.Sockets;
using System.Text;

namespace Canario.InferenceServer.Tests.Streams;

/// <summary>A client of HTTP/1.1 that sends and reads when the test wants, as no client library does.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly TcpClient _client;
    private readonly NetworkStream _stream;
    private readonly StreamReader _reader;

    private RawConnection(TcpClient client)
    {
        _client = client;
        _stream = client.GetStream();
        _reader = new StreamReader(_stream, Encoding.UTF8);
    }

    public Socket Socket => _client.Client;

    public static async Task<RawConnection> OpenAsync(TestServer server, string head)
    {
        var client = new TcpClient { NoDelay = true };
        // Small ones are full soon.
        client.ReceiveBufferSize = client.SendBufferSize = 64 << 10;
        await client.ConnectAsync("127.0.0.1", server.Client.BaseAddress!.Port);
        var connection = new RawConnection(client);
        await connection.SendAsync(head.ReplaceLineEndings("\r\n") + "\r\n\r\n");
        return connection;
    }

    public static Task<RawConnection> OpenStreamAsync(TestServer server, string more = "") => OpenAsync(
        server, $"POST /predict HTTP/1.1\nHost: localhost\nContent-Type: application/x-ndjson\nTransfer-Encoding: chunked{more}");

    public Task SendAsync(string text) => _stream.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask();

    public Task SendChunkAsync(string text) => SendAsync($"{Encoding.UTF8.GetByteCount(text):x}\r\n{text}\r\n");

    public Task EndAsync() => SendAsync("0\r\n\r\n");

    /// <summary>A line of the head or of a chunked body; null at the end of the connection.</summary>
    public Task<string?> ReadLineAsync() => _reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>The status line; passes over the rest of the head.</summary>
    public async Task<string> ReadHeadAsync()
    {
        string status = (await ReadLineAsync())!;
        while (await ReadLineAsync() is { Length: > 0 })
        {
        }

        return status;
    }

    /// <summary>The next line of a body of lines of JSON; null at its end. The sizes of its chunks lie between them.</summary>
    public async Task<string?> ReadRowAsync()
    {
        while (await ReadLineAsync() is { } line)
        {
            if (line.StartsWith('{')) return line;
            if (line == "0") return null;
        }

        return null;
    }

    public void Dispose()
    {
        _reader.Dispose();
        _client.Dispose();
    }
}
