namespace Canario.Kubernetes.Http;

/// <summary>Splits an open response into lines, and notices when nothing comes.</summary>
internal sealed class WatchStream(HttpResponseMessage response, Stream stream, string request, TimeSpan idle, int maxLineBytes, TimeProvider time) : IAsyncDisposable
{
    private readonly PooledBuffer _buffer = new();
    private int _consumed;
    private int _scanned;

    /// <summary>The line that was read last; valid until the next read.</summary>
    public ReadOnlyMemory<byte> Line { get; private set; }

    /// <summary>False at the end of the stream.</summary>
    public async ValueTask<bool> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var unread = _buffer.WrittenMemory[_consumed..];
            var end = unread.Span[_scanned..].IndexOf((byte)'\n');
            if (end >= 0)
            {
                end += _scanned;
                Line = unread[..end];
                _consumed += end + 1;
                _scanned = 0;
                if (Line.Length > 0)
                {
                    return true;
                }
                continue;
            }
            _scanned = unread.Length;
            if (_consumed > 0)
            {
                _buffer.Consume(_consumed);
                _consumed = 0;
            }
            if (_scanned > maxLineBytes)
            {
                throw new KubernetesException(KubernetesError.Other, $"GET {request}: a watch event is larger than the allowed {maxLineBytes} bytes.");
            }
            if (!await FillAsync(cancellationToken))
            {
                return false;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        response.Dispose();
        _buffer.Dispose();
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(idle, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var read = await stream.ReadAsync(_buffer.GetMemory(), both.Token);
            _buffer.Advance(read);
            return read > 0;
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new KubernetesException(KubernetesError.Unavailable, $"GET {request}: the watch broke off: {e.Message}", e);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new KubernetesException(KubernetesError.Unavailable, $"GET {request}: nothing came for {idle.TotalSeconds} s.");
        }
    }
}
