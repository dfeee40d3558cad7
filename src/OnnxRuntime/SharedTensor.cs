using System.Buffers;
using Canario.OnnxRuntime.Native;

namespace Canario.OnnxRuntime;

/// <summary>A tensor whose rows (its first dimension) are handed out to several owners without a copy. Dispose it when all are handed out.</summary>
public sealed unsafe class SharedTensor : IDisposable
{
    private readonly nint _value;
    private readonly TensorElementType _type;
    private readonly long[] _shape;
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
    }

    /// <summary>A part of the tensor, over the same memory.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no such rows.</exception>
    public OnnxValue Rows(int first, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first + (long)count, _shape.Length == 0 ? 0 : _shape[0], nameof(count));
        long rowBytes = OnnxValue.ElementCount(_shape.AsSpan(1)) * TensorElementTypes.SizeOf(_type);
        if (TensorElementTypes.SizeOf(_type) == 0) throw new InvalidOperationException($"A tensor of {_type} has no rows of fixed size.");
        void* data;
        Ort.Check(Ort.Api->GetTensorMutableData(_value, &data));
        long[] shape = [.. _shape];
        shape[0] = count;
        nint created;
        fixed (long* dimensions = shape)
        {
            Ort.Check(Ort.Api->CreateTensorWithDataAsOrtValue(
                Ort.CpuMemory, (byte*)data + first * rowBytes, (nuint)(count * rowBytes), dimensions, (nuint)shape.Length, (int)_type, &created));
        }

        Interlocked.Increment(ref _owners);
        return new OnnxValue(created, this);
    }

    public void Dispose() => Release();

    internal void Release()
    {
        if (Interlocked.Decrement(ref _owners) > 0) return;
        Ort.Api->ReleaseValue(_value);
        _pin.Dispose();
    }
}
