using System.Buffers;

namespace Canario.InferenceServer.Rows;

/// <summary>Reads records of bounded length from a stream, as many at once as have come. A longer one is passed over in bounded memory.</summary>
internal sealed class RecordReader(Stream source, IRecordSplitter splitter, int maximumBytes, long position = 0) : IDisposable
{
    private const int PieceBytes = 64 << 10;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
    private int _start;
    private int _scanned;
    private int _end;
    private bool _ended;
    private bool _skipping;
    private bool _begun = position > 0;

    /// <summary>Bytes of the source that the records taken so far have, those of their newlines included.</summary>
    public long Position { get; private set; } = position;

    /// <summary>Reads more; the records taken before are not valid any more.</summary>
    /// <returns>False: the source has ended and all is taken.</returns>
    public async ValueTask<bool> FillAsync(CancellationToken cancellation)
    {
        if (_ended) return _start < _end;
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _scanned -= _start;
        _end -= _start;
        _start = 0;
        if (_buffer.Length - _end < PieceBytes / 2)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.AsSpan(0, _end).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        int read = await source.ReadAsync(_buffer.AsMemory(_end), cancellation);
        _end += read;
        _ended = read == 0;
        SkipByteOrderMark();
        return !_ended || _start < _end;
    }

    /// <param name="record">Without its newline; valid until the next <see cref="FillAsync"/>. Empty when it is too long.</param>
    /// <param name="tooLong">It is longer than allowed and was passed over, up to the next newline.</param>
    /// <returns>False: no whole record has come yet.</returns>
    public bool TryTake(out ReadOnlyMemory<byte> record, out bool tooLong)
    {
        record = default;
        tooLong = false;
        if (!_skipping)
        {
            int found = splitter.FindEnd(_buffer.AsSpan(_scanned, _end - _scanned));
            int end = found < 0 ? _end : _scanned + found;
            if (end - _start <= maximumBytes)
            {
                _scanned = end;
                if (found < 0 && !(_ended && _start < _end)) return false;
                record = _buffer.AsMemory(_start, end - _start);
                Pass(found < 0 ? end : end + 1);
                splitter.Reset();
                return true;
            }

            // From a place that does not depend on how the bytes came in pieces: who reads the source again finds the same records. A newline ends
            // it even in quotes, as what looked like a quoted field may have been a stray quote.
            _skipping = true;
            Pass(_start + maximumBytes);
        }

        int newline = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
        Pass(newline < 0 ? _end : _start + newline + 1);
        if (newline < 0 && !_ended) return false;
        _skipping = false;
        splitter.Reset();
        tooLong = true;
        return true;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _start = _scanned = _end = 0;
    }

    private void Pass(int end)
    {
        Position += end - _start;
        _start = _scanned = end;
    }

    private void SkipByteOrderMark()
    {
        if (_begun || (_end < 3 && !_ended)) return;
        _begun = true;
        if (_buffer.AsSpan(0, _end).StartsWith("\uFEFF"u8)) Pass(3);
    }
}
