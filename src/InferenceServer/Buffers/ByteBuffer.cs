namespace Canario.InferenceServer.Buffers;

/// <summary>A growing buffer that an answer is written into; used again for the next.</summary>
internal abstract class ByteBuffer
{
    // A buffer that grew beyond this for one answer is not kept.
    private const int KeptBytes = 1 << 20;
    private const int FirstBytes = 1024;

    private byte[] _bytes = [];

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    public int Length { get; private set; }

    public void Clear()
    {
        if (_bytes.Length > KeptBytes) _bytes = [];
        Length = 0;
    }

    protected void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>Room for at least <paramref name="count"/> bytes at the end; <see cref="Advance"/> says how many were used.</summary>
    protected Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count)
            Array.Resize(ref _bytes, Math.Max(Math.Max(_bytes.Length * 2, FirstBytes), checked(Length + count)));
        return _bytes.AsSpan(Length);
    }

    protected void Advance(int count) => Length += count;

    protected Span<byte> From(int start) => _bytes.AsSpan(start, Length - start);
}
