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
    /// <param name="tooLong">It is longer than allowed and was passed over, or will be.</param>
    /// <returns>False: no whole record has come yet.</returns>
    public bool TryTake(out ReadOnlyMemory<byte> record, out bool tooLong)
    {
        while (true)
        {
            int found = splitter.FindEnd(_buffer.AsSpan(_scanned, _end - _scanned));
            bool last = found < 0 && _ended && _start < _end;
            int end = found < 0 ? _end : _scanned + found;
            int length = end - _start;
            record = default;
            tooLong = length > maximumBytes;
            if (found < 0 && !last)
            {
                _scanned = _end;
                if (!_skipping && !tooLong) return false;
                // The rest of it must not fill the memory.
                bool told = _skipping;
                Pass(end);
                _skipping = true;
                // What looked like a quoted newline may have been a stray quote: the next line is a record again.
                splitter.Reset();
                return !told;
            }

            bool skipped = _skipping;
            int start = _start;
            Pass(last ? end : end + 1);
            splitter.Reset();
            _skipping = false;
            // It was told when it had become too long.
            if (skipped && !last) continue;
            if (skipped) return false;
            if (!tooLong) record = _buffer.AsMemory(start, length);
            return true;
        }
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
