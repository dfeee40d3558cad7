using System.Net;
using System.Net.Http.Headers;
using Canario.Contract;

namespace Canario.InferenceServer.Batch;

/// <summary>Reads over HTTP from a place on; a connection that breaks is taken up again where it broke.</summary>
internal sealed class HttpSource : Stream
{
    // A server that sends nothing for so long has died.
    private static readonly TimeSpan s_stall = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_firstBackOff = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_longestBackOff = TimeSpan.FromSeconds(15);

    private readonly Uri _uri;
    private readonly HttpClient _http;
    private readonly int _attempts;
    private readonly TimeProvider _time;
    private string? _identity;
    private long? _length;
    private long _position;
    private HttpResponseMessage? _response;
    private Stream? _body;

    private HttpSource(Uri uri, long position, string? identity, HttpClient http, int attempts, TimeProvider time)
    {
        _uri = uri;
        _position = position;
        _identity = identity;
        _http = http;
        _attempts = attempts;
        _time = time;
    }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public static async Task<BatchSource> OpenAsync(Uri uri, long position, string? identity, HttpClient http, int attempts, TimeProvider time, CancellationToken cancellation)
    {
        var source = new HttpSource(uri, position, identity, http, attempts, time);
        // What the input is must be known before the first checkpoint.
        await source.TryAsync(stop => source.ConnectAsync(stop), cancellation);
        return new BatchSource(source, source._length, source._identity!);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = 0;
        await TryAsync(
            async stop =>
            {
                if (_body is null) await ConnectAsync(stop);
                // Both bytes that tell whether it is packed.
                read = _position == 0 ? await _body!.ReadAtLeastAsync(buffer, 2, throwOnEndOfStream: false, stop) : await _body!.ReadAsync(buffer, stop);
                if (read == 0 && _position < _length) throw new IOException($"it ended at byte {_position} of {_length}");
            },
            cancellationToken);
        if (_position == 0) BatchSource.RequireUnpacked(_uri, buffer.Span[..read]);
        _position += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) Disconnect();
        base.Dispose(disposing);
    }

    private async Task TryAsync(Func<CancellationToken, Task> step, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            using var stalled = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            stalled.CancelAfter(s_stall);
            try
            {
                await step(stalled.Token);
                return;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException && !cancellation.IsCancellationRequested)
            {
                Disconnect();
                string reason = e is OperationCanceledException ? $"nothing came for {s_stall.TotalSeconds} s" : e.Message;
                if (attempt >= _attempts)
                    throw new BatchException(ExitCodes.BatchInputFailed, $"{BatchSource.Show(_uri)} could not be read in {attempt} attempts: {reason}");
                await Task.Delay(TimeSpan.FromTicks(Math.Min(s_firstBackOff.Ticks << (attempt - 1), s_longestBackOff.Ticks)), _time, cancellation);
            }
        }
    }

    private async Task ConnectAsync(CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _uri);
        if (_position > 0) request.Headers.Range = new RangeHeaderValue(_position, null);
        _response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        int status = (int)_response.StatusCode;
        if (status is 408 or 425 or 429 or >= 500) throw new HttpRequestException($"it answered {status} {_response.ReasonPhrase}");
        bool atEnd = _response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && _response.Content.Headers.ContentRange?.Length == _position;
        if (!_response.IsSuccessStatusCode && !atEnd)
            throw new BatchException(ExitCodes.BatchInputFailed, $"{BatchSource.Show(_uri)} answered {status} {_response.ReasonPhrase}");
        if (_response.Content.Headers.ContentEncoding.Count > 0)
            throw new BatchException(ExitCodes.BatchInputFailed, $"{BatchSource.Show(_uri)} answered with encoding {_response.Content.Headers.ContentEncoding.First()}, which was not asked for");

        ContentRangeHeaderValue? range = _response.Content.Headers.ContentRange;
        bool partial = _response.StatusCode == HttpStatusCode.PartialContent;
        if (partial && range?.From != _position) throw new HttpRequestException($"it answered bytes from {range?.From}; {_position} was asked for");
        long? length = atEnd || partial ? range!.Length : _response.Content.Headers.ContentLength;
        string identity = IdentityOf(_response, length);
        if (_identity is not null && !HaveSameTag(_identity, identity)) BatchSource.RequireSame(_uri, _identity, identity);
        _identity ??= identity;
        _length = length ?? _length;
        _body = atEnd ? Null : await _response.Content.ReadAsStreamAsync(cancellation);
        // A server without ranges sends all again.
        if (!atEnd && !partial) await SkipAsync(_body, _position, cancellation);
    }

    private static string IdentityOf(HttpResponseMessage response, long? length) => response.Headers.ETag is { } tag
        ? $"{length?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "?"} bytes of tag {tag}"
        : $"{length?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "?"} bytes of {response.Content.Headers.LastModified?.ToString("O") ?? "an unknown time"}";

    /// <summary>A length that was not told, as of an answer in chunks, is no difference where a tag tells the content.</summary>
    private static bool HaveSameTag(string one, string other)
    {
        int tag = one.IndexOf(" bytes of tag ", StringComparison.Ordinal);
        int otherTag = other.IndexOf(" bytes of tag ", StringComparison.Ordinal);
        return tag > 0 && otherTag > 0 && (one[0] == '?' || other[0] == '?') && one[tag..] == other[otherTag..];
    }

    private static async Task SkipAsync(Stream body, long count, CancellationToken cancellation)
    {
        byte[] buffer = new byte[64 << 10];
        while (count > 0)
        {
            int read = await body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, count)), cancellation);
            if (read == 0) throw new IOException("it ended before the place where the batch goes on");
            count -= read;
        }
    }

    private void Disconnect()
    {
        _body?.Dispose();
        _body = null;
        _response?.Dispose();
        _response = null;
    }
}
