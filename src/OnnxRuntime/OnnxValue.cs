using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Canario.OnnxRuntime.Native;

namespace Canario.OnnxRuntime;

/// <summary>A tensor, sequence or map of ONNX Runtime. Dispose it: the memory is native.</summary>
public sealed unsafe class OnnxValue : IDisposable
{
    // The library's value; of rows of a shared tensor, where they lie.
    private nint _value;
    private MemoryHandle _pin;
    // Of rows of a shared tensor there is no value of the library's own: making one takes longer than a small model.
    private SharedTensor? _owner;
    private TensorElementType _type;
    private long[]? _shape;

    internal OnnxValue(nint value) => _value = value;

    /// <summary>Rows of a shared tensor.</summary>
    internal OnnxValue(SharedTensor owner, nint data, TensorElementType type, long[] shape) => Become(owner, data, type, shape);

    ~OnnxValue() => Release();

    internal nint Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(_value == 0, this);
            return _owner is null ? _value : throw new InvalidOperationException("Rows of a shared tensor can be read, and nothing else.");
        }
    }

    public ValueKind Kind
    {
        get
        {
            int kind;
            Ort.Check(Ort.Api->GetValueType(Handle, &kind));
            return (ValueKind)kind;
        }
    }

    /// <summary>A tensor over the caller's memory, which is pinned until the value is disposed; nothing is copied.</summary>
    /// <param name="memory">Row-major elements in the machine's byte order. Memory of the pinned heap costs nothing to pin.</param>
    /// <param name="type">Any type of fixed size; strings have <see cref="FromStrings"/>.</param>
    /// <param name="shape">Its product times the element's size must fit in <paramref name="memory"/>.</param>
    public static OnnxValue OverMemory(Memory<byte> memory, TensorElementType type, ReadOnlySpan<long> shape)
    {
        int size = TensorElementTypes.SizeOf(type);
        if (size == 0) throw new ArgumentException($"A tensor of {type} cannot lie over bytes.", nameof(type));
        long bytes = checked(ElementCount(shape) * size);
        if (bytes > memory.Length) throw new ArgumentException($"{bytes} bytes are needed, the memory has {memory.Length}.", nameof(memory));

        MemoryHandle pin = memory.Pin();
        try
        {
            nint created;
            // An empty tensor needs an address all the same.
            byte nothing = 0;
            void* data = pin.Pointer is null ? &nothing : pin.Pointer;
            fixed (long* dimensions = shape)
            {
                Ort.Check(Ort.Api->CreateTensorWithDataAsOrtValue(
                    Ort.CpuMemory, data, (nuint)bytes, dimensions, (nuint)shape.Length, (int)type, &created));
            }

            return new OnnxValue(created) { _pin = pin };
        }
        catch
        {
            pin.Dispose();
            throw;
        }
    }

    /// <summary>Makes this tensor the owner of the memory that <see cref="SharedTensor.Rows"/> gives parts of: it is freed when the last of them is disposed.</summary>
    public SharedTensor Share()
    {
        _ = Handle;
        nint value = Interlocked.Exchange(ref _value, 0);
        ObjectDisposedException.ThrowIf(value == 0, this);
        var shared = new SharedTensor(value, _pin);
        _pin = default;
        return shared;
    }

    /// <summary>A tensor of strings, copied.</summary>
    /// <exception cref="ArgumentException">A text has a NUL character: ONNX Runtime would cut it there.</exception>
    public static OnnxValue FromStrings(ReadOnlySpan<string> texts, ReadOnlySpan<long> shape)
    {
        if (ElementCount(shape) != texts.Length)
            throw new ArgumentException($"The shape has {ElementCount(shape)} elements, {texts.Length} given.", nameof(shape));
        nint created;
        fixed (long* dimensions = shape)
            Ort.Check(Ort.Api->CreateTensorAsOrtValue(Ort.Allocator, dimensions, (nuint)shape.Length, (int)TensorElementType.String, &created));
        var value = new OnnxValue(created);
        try
        {
            for (int i = 0; i < texts.Length; i++)
            {
                fixed (byte* text = Session.NullTerminated(texts[i]))
                    Ort.Check(Ort.Api->FillStringTensorElement(created, text, (nuint)i));
            }

            return value;
        }
        catch
        {
            value.Dispose();
            throw;
        }
    }

    /// <summary>Type and shape of a tensor. The shape is this value's own: it is read once, and must not be changed.</summary>
    public TensorElementType ReadTensorType(out long[] shape)
    {
        ObjectDisposedException.ThrowIf(_value == 0, this);
        if (_shape is null)
        {
            nint info;
            Ort.Check(Ort.Api->GetTensorTypeAndShape(Handle, &info));
            try
            {
                _type = TypeInfos.ElementType(info);
                _shape = TypeInfos.Shape(info);
            }
            finally
            {
                Ort.Api->ReleaseTensorTypeAndShapeInfo(info);
            }
        }

        shape = _shape;
        return _type;
    }

    /// <summary>The elements of a tensor of fixed-size elements, in place: valid until the value is disposed.</summary>
    /// <typeparam name="T">A type of the element's size, or <see cref="byte"/> for the raw bytes.</typeparam>
    public Span<T> Elements<T>() where T : unmanaged
    {
        TensorElementType type = ReadTensorType(out long[] shape);
        int size = TensorElementTypes.SizeOf(type);
        if (size == 0) throw new InvalidOperationException($"A tensor of {type} has no elements of fixed size.");
        if (sizeof(T) != size && sizeof(T) != 1) throw new InvalidOperationException($"{typeof(T)} is not of the size of {type}.");
        long bytes = checked(ElementCount(shape) * size);
        if (bytes == 0) return [];
        void* data = (void*)_value;
        if (_owner is null) Ort.Check(Ort.Api->GetTensorMutableData(_value, &data));
        return new Span<T>(data, checked((int)(bytes / sizeof(T))));
    }

    public string[] ReadStrings()
    {
        byte[] utf8 = ReadUtf8(out int[] ends);
        var texts = new string[ends.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            int start = i == 0 ? 0 : ends[i - 1];
            texts[i] = Encoding.UTF8.GetString(utf8, start, ends[i] - start);
        }

        return texts;
    }

    /// <summary>The strings of a tensor one after the other.</summary>
    /// <param name="ends">Where each ends; each begins where the one before ends.</param>
    public byte[] ReadUtf8(out int[] ends)
    {
        TensorElementType type = ReadTensorType(out long[] shape);
        if (type != TensorElementType.String) throw new InvalidOperationException($"A tensor of {type} has no strings.");
        int count = checked((int)ElementCount(shape));
        ends = new int[count];
        if (count == 0) return [];
        nuint length;
        Ort.Check(Ort.Api->GetStringTensorDataLength(Handle, &length));
        var utf8 = new byte[(int)length];
        var offsets = new nuint[count];
        // The library wants an address even for no bytes at all.
        byte nothing = 0;
        fixed (byte* first = utf8)
        fixed (nuint* firstOffset = offsets)
            Ort.Check(Ort.Api->GetStringTensorContent(Handle, first is null ? &nothing : first, length, firstOffset, (nuint)count));
        for (int i = 0; i < count; i++) ends[i] = i + 1 < count ? (int)offsets[i + 1] : (int)length;
        return utf8;
    }

    /// <summary>Elements of a sequence; 2 for a map (keys, values).</summary>
    public int Count
    {
        get
        {
            nuint count;
            Ort.Check(Ort.Api->GetValueCount(Handle, &count));
            return checked((int)count);
        }
    }

    /// <summary>An element of a sequence; of a map, 0 is the tensor of its keys and 1 that of its values. The caller disposes it.</summary>
    public OnnxValue this[int index]
    {
        get
        {
            nint created;
            Ort.Check(Ort.Api->GetValue(Handle, index, Ort.Allocator, &created));
            return new OnnxValue(created);
        }
    }

    public void Dispose()
    {
        Release();
        // Rows may become others.
        if (_owner is null) GC.SuppressFinalize(this);
    }

    /// <summary>Other rows, when the ones that it was are disposed.</summary>
    internal void Become(SharedTensor owner, nint data, TensorElementType type, long[] shape)
    {
        if (_value != 0) throw new InvalidOperationException("The value is in use.");
        _owner = owner;
        _type = type;
        _shape = shape;
        _value = data;
    }

    internal static long ElementCount(ReadOnlySpan<long> shape)
    {
        long count = 1;
        foreach (long dimension in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(dimension, nameof(shape));
            count = checked(count * dimension);
        }

        return count;
    }

    private void Release()
    {
        nint value = Interlocked.Exchange(ref _value, 0);
        if (value == 0) return;
        if (_owner is not null)
        {
            _owner.Release();
            return;
        }

        Ort.Api->ReleaseValue(value);
        _pin.Dispose();
    }
}
