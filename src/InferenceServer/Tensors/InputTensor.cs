using System.Runtime.InteropServices;
using Canario.InferenceServer.Http;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.Tensors;

/// <summary>The memory of one model input, filled by a parser, read by ONNX Runtime in place and used again by the next request.</summary>
internal sealed class InputTensor(ValueInfo info) : IDisposable
{
    // A buffer that grew beyond this for one request is not kept.
    private const int KeptBytes = 4 << 20;

    private byte[] _bytes = [];
    private string[] _texts = [];
    private long[] _shape = [];
    private OnnxValue? _value;
    private long[] _valueShape = [];

    public ValueInfo Info { get; } = info;
    public TensorElementType Type => Info.ElementType;
    public int ElementSize { get; } = TensorElementTypes.SizeOf(info.ElementType);
    public ReadOnlySpan<long> Shape => _shape;

    /// <summary>A feature in it is: its values are neither shown nor logged.</summary>
    public bool IsSensitive { get; init; }

    /// <summary>The request has given this input.</summary>
    public bool Given { get; set; }

    /// <summary>Product of the shape; <see cref="long.MaxValue"/> when it is larger.</summary>
    public long ElementCount
    {
        get
        {
            double estimate = 1;
            long count = 1;
            foreach (long size in _shape)
            {
                estimate *= size;
                count = unchecked(count * size);
            }

            return estimate < long.MaxValue / 2 ? count : long.MaxValue;
        }
    }

    public long Rows => _shape.Length == 0 ? 1 : _shape[0];

    /// <summary>Columns of a row when the elements are seen as [rows, columns].</summary>
    public long Columns
    {
        get
        {
            long columns = 1;
            for (int i = 1; i < _shape.Length; i++) columns *= _shape[i];
            return columns;
        }
    }

    public void SetShape(ReadOnlySpan<long> shape)
    {
        if (!shape.SequenceEqual(_shape)) _shape = shape.ToArray();
    }

    /// <summary>Room for <paramref name="count"/> elements; the first ones keep their values when it grows.</summary>
    public Span<T> Elements<T>(int count) where T : unmanaged
    {
        int needed = checked(count * ElementSize);
        if (_bytes.Length < needed)
        {
            // The value lies over the old memory.
            DropValue();
            byte[] larger = GC.AllocateArray<byte>((int)Math.Max(needed, Math.Min(_bytes.Length * 2L, Array.MaxLength)), pinned: true);
            _bytes.CopyTo(larger, 0);
            _bytes = larger;
        }

        return MemoryMarshal.Cast<byte, T>(_bytes.AsSpan(0, needed));
    }

    public Span<string> Texts(int count)
    {
        if (_texts.Length < count) Array.Resize(ref _texts, Math.Max(count, _texts.Length * 2));
        return _texts.AsSpan(0, count);
    }

    /// <summary>The tensor for a run. Belongs to this object.</summary>
    public OnnxValue ToValue()
    {
        if (Type == TensorElementType.String)
        {
            DropValue();
            return _value = OnnxValue.FromStrings(_texts.AsSpan(0, checked((int)(Rows * Columns))), _shape);
        }

        if (_value is not null && _valueShape.AsSpan().SequenceEqual(_shape)) return _value;
        DropValue();
        _value = OnnxValue.OverMemory(MemoryMarshal.CreateFromPinnedArray(_bytes, 0, _bytes.Length), Type, _shape);
        _valueShape = _shape;
        return _value;
    }

    /// <summary>Of an element that does not fit.</summary>
    /// <param name="index">Its place in row-major order.</param>
    /// <param name="shown">The value as given.</param>
    public RequestException Refuse(int index, string shown) =>
        RequestException.Bad($"input '{Info.Name}', element {index}: {(IsSensitive ? "the value" : shown)} is no {Datatypes.NameOf(Type)}, which takes {Datatypes.Takes(Type)}");

    /// <summary>Makes it ready for the next request.</summary>
    public void Reset()
    {
        Given = false;
        Array.Clear(_texts);
        if (_bytes.Length <= KeptBytes) return;
        DropValue();
        _bytes = [];
    }

    public void Dispose() => DropValue();

    private void DropValue()
    {
        _value?.Dispose();
        _value = null;
    }
}
