using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Canario.Kubernetes.Http;

/// <summary>A growing byte buffer from the shared pool.</summary>
internal sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
{
    [ThreadStatic]
    private static Utf8JsonWriter? t_writer;

    /// <summary>Larger ones are pages of lists, read once: the pool would keep them for good where little is collected.</summary>
    private const int LargestPooled = 1 << 18;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(4096);

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, Length);

    public void Write<T>(T value, JsonTypeInfo<T> json)
    {
        var writer = t_writer ??= new Utf8JsonWriter(this);
        writer.Reset(this);
        try
        {
            JsonSerializer.Serialize(writer, value, json);
        }
        finally
        {
            // Without it the thread would keep this buffer alive.
            writer.Reset(Stream.Null);
        }
    }

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        var wanted = Math.Max(sizeHint, 1);
        if (_bytes.Length - Length < wanted)
        {
            var size = checked(Math.Max(_bytes.Length * 2, Length + wanted));
            var larger = size <= LargestPooled ? ArrayPool<byte>.Shared.Rent(size) : GC.AllocateUninitializedArray<byte>(size);
            _bytes.AsSpan(0, Length).CopyTo(larger);
            Return();
            _bytes = larger;
        }
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Drops the first bytes.</summary>
    public void Consume(int count)
    {
        _bytes.AsSpan(count, Length - count).CopyTo(_bytes);
        Length -= count;
    }

    public void Dispose()
    {
        Return();
        _bytes = [];
        Length = 0;
    }

    private void Return()
    {
        // Also none of length 0, of a second Dispose.
        if (_bytes.Length is > 0 and <= LargestPooled)
            ArrayPool<byte>.Shared.Return(_bytes);
    }
}
