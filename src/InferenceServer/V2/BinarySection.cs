using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using Canario.InferenceServer.Http;
using Canario.InferenceServer.Tensors;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.V2;

/// <summary>The raw tensors that follow the JSON of a request (binary tensor data extension): little-endian, row-major, in the order of the inputs.</summary>
internal ref struct BinarySection(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Fills an input whose shape is set from the next <paramref name="size"/> bytes.</summary>
    public void Read(InputTensor input, long size, RequestLimits limits)
    {
        if (size < 0 || size > _rest.Length)
            throw RequestException.Bad($"input '{input.Info.Name}': 'binary_data_size' is {size}; {_rest.Length} bytes follow");
        Fill(input, _rest[..(int)size], limits);
        _rest = _rest[(int)size..];
    }

    public readonly void RequireEnd()
    {
        if (_rest.Length > 0) throw RequestException.Bad($"{_rest.Length} bytes follow the last tensor; the sum of 'binary_data_size' must be what follows the JSON");
    }

    /// <summary>Copies raw elements into an input whose shape is set.</summary>
    public static void Fill(InputTensor input, ReadOnlySpan<byte> raw, RequestLimits limits)
    {
        long count = input.ElementCount;
        if (input.Type == TensorElementType.String)
        {
            FillTexts(input, count, raw, limits);
            return;
        }

        // In floating point: a product of sizes that the shape check let through may pass the range of a long.
        if ((double)count * input.ElementSize != raw.Length)
        {
            throw RequestException.Bad(
                $"input '{input.Info.Name}' has {raw.Length} bytes; shape [{string.Join(',', input.Shape.ToArray())}] of {Datatypes.NameOf(input.Type)} takes {(double)count * input.ElementSize:F0}");
        }

        Span<byte> target = input.Elements<byte>((int)count);
        raw.CopyTo(target);
        if (input.Type != TensorElementType.Bool) return;
        // Any other byte would make what ONNX Runtime computes undefined.
        foreach (ref byte value in target)
        {
            if (value > 1) value = 1;
        }
    }

    private static void FillTexts(InputTensor input, long count, ReadOnlySpan<byte> raw, RequestLimits limits)
    {
        if (count > raw.Length / sizeof(uint))
            throw RequestException.Bad($"input '{input.Info.Name}' has {raw.Length} bytes; {count} strings take at least {count * sizeof(uint)}");
        Span<string> texts = input.Texts((int)count);
        for (int i = 0; i < texts.Length; i++)
        {
            if (raw.Length < sizeof(uint)) throw CutString(input, i);
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(raw);
            raw = raw[sizeof(uint)..];
            if (length > raw.Length) throw CutString(input, i);
            texts[i] = ReadText(input, raw[..(int)length], limits);
            raw = raw[(int)length..];
        }

        if (raw.Length > 0) throw RequestException.Bad($"input '{input.Info.Name}': {raw.Length} bytes follow its {count} strings");
    }

    /// <summary>One element of a BYTES tensor.</summary>
    public static string ReadText(InputTensor input, ReadOnlySpan<byte> utf8, RequestLimits limits)
    {
        if (utf8.Length > limits.MaximumStringBytes) throw RequestException.Bad($"input '{input.Info.Name}': a string is longer than {limits.MaximumStringBytes} bytes");
        if (!Utf8.IsValid(utf8)) throw RequestException.Bad($"input '{input.Info.Name}': a string is not UTF-8");
        if (utf8.Contains((byte)0)) throw RequestException.Bad($"input '{input.Info.Name}': a string with a NUL character, which ONNX Runtime would cut there");
        return Encoding.UTF8.GetString(utf8);
    }

    private static RequestException CutString(InputTensor input, int index) =>
        RequestException.Bad($"input '{input.Info.Name}': the data ends within string {index}; each is its length as 4 bytes, then its bytes");
}
