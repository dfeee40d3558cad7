using System.Buffers;

namespace Canario.Loops;

/// <summary>What was received and not yet used. It holds memory only while there is such: an idle connection has none.</summary>
public sealed class ReceiveBuffer(EventLoop loop)
{
    private byte[]? _bytes;
    private int _start;
    private int _end;

    /// <summary>Nothing waits to be used.</summary>
    public bool IsEmpty => _start == _end;

    /// <summary>Bytes.</summary>
    public int Length => _end - _start;

    /// <summary>Valid until the buffer is used again.</summary>
    public ReadOnlySpan<byte> Data => _bytes.AsSpan(_start, _end - _start);

    /// <summary>Room for the next bytes. Not empty, if <see cref="MakeRoom"/> allowed it.</summary>
    public Span<byte> Free()
    {
        _bytes ??= loop.RentBuffer();
        return _bytes.AsSpan(_end);
    }

    /// <summary>So many came into what <see cref="Free"/> gave.</summary>
    public void Received(int count)
    {
        _end += count;
        if (_start == _end) Release();
    }

    /// <summary>So many were used.</summary>
    public void Consume(int count)
    {
        _start += count;
        if (_start == _end) Release();
    }

    /// <summary>Makes room by moving what is here to the front, or by growing.</summary>
    /// <param name="limit">Of all that may be kept here.</param>
    /// <returns>False: the limit is reached.</returns>
    public bool MakeRoom(int limit)
    {
        if (_bytes is null || _end < _bytes.Length) return Length < limit;
        if (_start > 0)
        {
            Buffer.BlockCopy(_bytes, _start, _bytes, 0, _end - _start);
            _end -= _start;
            _start = 0;
            return Length < limit;
        }
        if (Length >= limit) return false;
        byte[] bigger = ArrayPool<byte>.Shared.Rent(_bytes.Length * 2);
        Buffer.BlockCopy(_bytes, 0, bigger, 0, _end);
        GiveBack(_bytes);
        _bytes = bigger;
        return true;
    }

    /// <summary>Drops all that is here.</summary>
    public void Release()
    {
        _start = _end = 0;
        if (_bytes is null) return;
        GiveBack(_bytes);
        _bytes = null;
    }

    private void GiveBack(byte[] bytes)
    {
        if (bytes.Length == EventLoop.BufferBytes) loop.ReturnBuffer(bytes);
        else ArrayPool<byte>.Shared.Return(bytes);
    }
}
