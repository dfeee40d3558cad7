using System.Buffers;
using Canario.OnnxRuntime.Native;

namespace Canario.OnnxRuntime;

/// <summary>A tensor whose rows (its first dimension) are handed out to several owners without a copy. Dispose it when all are handed out.</summary>
public sealed unsafe class SharedTensor : IDisposable
{
    private readonly nint _value;
    private readonly TensorElementType _type;
    private readonly long[] _shape;
    private readonly nint _data;
    private readonly long _rowBytes;

    // Of the last part; most have as many rows.
    private long[] _partShape = [];
    private MemoryHandle _pin;
    private int _owners = 1;

    internal SharedTensor(nint value, MemoryHandle pin)
    {
        _value = value;
        _pin = pin;
        nint info;
        Ort.Check(Ort.Api->GetTensorTypeAndShape(value, &info));
        _shape = TypeInfos.Shape(info);
        _type = TypeInfos.ElementType(info);
        Ort.Api->ReleaseTensorTypeAndShapeInfo(info);
        int size = TensorElementTypes.SizeOf(_type);
        if (size == 0 || _shape.Length == 0) return;
        _rowBytes = OnnxValue.ElementCount(_shape.AsSpan(1)) * size;
        void* data;
        Ort.Check(Ort.Api->GetTensorMutableData(value, &data));
        // An empty tensor may have no memory; its rows are values all the same.
        _data = data is null ? 1 : (nint)data;
    }

    /// <summary>A part of the tensor, over the same memory.</summary>
    /// <param name="first">Row that it begins with.</param>
    /// <param name="count">Rows that it has.</param>
    /// <param name="again">A part, of whatever tensor, that is disposed: it becomes this one. Null: a new value is made.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no such rows.</exception>
    /// <exception cref="InvalidOperationException">The elements are of no fixed size, or <paramref name="again"/> is in use.</exception>
    public OnnxValue Rows(int first, int count, OnnxValue? again = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first + (long)count, _shape.Length == 0 ? 0 : _shape[0], nameof(count));
        if (TensorElementTypes.SizeOf(_type) == 0) throw new InvalidOperationException($"A tensor of {_type} has no rows of fixed size.");
        if (_partShape.Length == 0 || _partShape[0] != count)
        {
            _partShape = [.. _shape];
            _partShape[0] = count;
        }

        nint data = _data + (nint)(first * _rowBytes);
        if (again is null) again = new OnnxValue(this, data, _type, _partShape);
        else again.Become(this, data, _type, _partShape);
        Interlocked.Increment(ref _owners);
        return again;
    }

    public void Dispose() => Release();

    internal void Release()
    {
        if (Interlocked.Decrement(ref _owners) > 0) return;
        Ort.Api->ReleaseValue(_value);
        _pin.Dispose();
    }
}
