using System.Numerics;
using System.Runtime.InteropServices;
using Canario.InferenceServer.Http;
using Canario.InferenceServer.Tensors;
using Canario.InferenceServer.V2;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.Grpc;

/// <summary>Reads InferTensorContents: one repeated field for each family of datatypes.</summary>
internal static class GrpcContents
{
    private static readonly string[] s_fields =
        ["", "bool_contents", "int_contents", "int64_contents", "uint_contents", "uint64_contents", "fp32_contents", "fp64_contents", "bytes_contents"];

    /// <summary>The field that holds a type's elements; 0: none does, only raw contents do.</summary>
    public static int FieldOf(TensorElementType type) => type switch
    {
        TensorElementType.Bool => 1,
        TensorElementType.Int8 or TensorElementType.Int16 or TensorElementType.Int32 => 2,
        TensorElementType.Int64 => 3,
        TensorElementType.UInt8 or TensorElementType.UInt16 or TensorElementType.UInt32 => 4,
        TensorElementType.UInt64 => 5,
        TensorElementType.Float => 6,
        TensorElementType.Double => 7,
        TensorElementType.String => 8,
        _ => 0,
    };

    /// <summary>Fills an input whose shape is set.</summary>
    public static void Fill(InputTensor input, ReadOnlySpan<byte> contents, RequestLimits limits)
    {
        int expected = FieldOf(input.Type);
        if (expected == 0) throw RequestException.Bad($"input '{input.Info.Name}': {Datatypes.NameOf(input.Type)} takes 'raw_input_contents' only");
        // An element takes at least one byte, so a larger shape is a lie; refusing it here bounds the memory.
        if (input.ElementCount > contents.Length) throw WrongCount(input);
        int count = (int)input.ElementCount;
        int at = 0;
        var reader = new ProtoReader(contents);
        for (int field = reader.TakeField(); field != 0; field = reader.TakeField())
        {
            if (field != expected)
            {
                if (field < s_fields.Length && !(reader.Type == WireType.Length && reader.TakeBytes().IsEmpty))
                    throw RequestException.Bad($"input '{input.Info.Name}' is given in '{s_fields[field]}'; {Datatypes.NameOf(input.Type)} takes '{s_fields[expected]}'");
                if (field >= s_fields.Length) reader.Skip();
                continue;
            }

            switch (input.Type)
            {
                case TensorElementType.Bool: ReadWhole(ref reader, input, input.Elements<byte>(count), ref at, value => value != 0 ? 1 : 0); break;
                case TensorElementType.Int8: ReadWhole(ref reader, input, input.Elements<sbyte>(count), ref at, Signed); break;
                case TensorElementType.Int16: ReadWhole(ref reader, input, input.Elements<short>(count), ref at, Signed); break;
                case TensorElementType.Int32: ReadWhole(ref reader, input, input.Elements<int>(count), ref at, Signed); break;
                case TensorElementType.Int64: ReadWhole(ref reader, input, input.Elements<long>(count), ref at, value => (long)value); break;
                case TensorElementType.UInt8: ReadWhole(ref reader, input, input.Elements<byte>(count), ref at, value => (uint)value); break;
                case TensorElementType.UInt16: ReadWhole(ref reader, input, input.Elements<ushort>(count), ref at, value => (uint)value); break;
                case TensorElementType.UInt32: ReadWhole(ref reader, input, input.Elements<uint>(count), ref at, value => (uint)value); break;
                case TensorElementType.UInt64: ReadWhole(ref reader, input, input.Elements<ulong>(count), ref at, value => value); break;
                case TensorElementType.Float: ReadFixed(ref reader, input, input.Elements<float>(count), ref at, WireType.Fixed32); break;
                case TensorElementType.Double: ReadFixed(ref reader, input, input.Elements<double>(count), ref at, WireType.Fixed64); break;
                default:
                    if (at == count) throw WrongCount(input);
                    input.Texts(count)[at++] = BinarySection.ReadText(input, reader.TakeBytes(), limits);
                    break;
            }
        }

        if (at != count) throw WrongCount(input);
    }

    /// <summary>An int32 is sign-extended to 64 bits on the wire; readers take the low 32.</summary>
    private static Int128 Signed(ulong value) => (int)value;

    private static void ReadWhole<T>(ref ProtoReader reader, InputTensor input, Span<T> target, ref int at, Func<ulong, Int128> convert)
        where T : unmanaged, IBinaryInteger<T>
    {
        (Int128 minimum, Int128 maximum) = Datatypes.WholeRange(input.Type) ?? (0, 1);
        if (reader.Type == WireType.Varint)
        {
            Store(reader.TakeVarint(), ref at, target);
            return;
        }

        var packed = new PackedReader(reader.TakeBytes());
        while (packed.TryTakeVarint(out ulong value)) Store(value, ref at, target);

        void Store(ulong value, ref int at, Span<T> target)
        {
            if (at == target.Length) throw WrongCount(input);
            Int128 converted = convert(value);
            if (converted < minimum || converted > maximum) throw input.Refuse(at, $"{converted}");
            target[at++] = T.CreateTruncating(converted);
        }
    }

    private static void ReadFixed<T>(ref ProtoReader reader, InputTensor input, Span<T> target, ref int at, WireType single) where T : unmanaged
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(target[at..]);
        if (reader.Type == single)
        {
            if (at == target.Length) throw WrongCount(input);
            ulong bits = single == WireType.Fixed32 ? reader.TakeFixed32() : reader.TakeFixed64();
            MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in bits))[..(single == WireType.Fixed32 ? sizeof(uint) : sizeof(ulong))].CopyTo(bytes);
            at++;
            return;
        }

        ReadOnlySpan<byte> packed = reader.TakeBytes();
        if (packed.Length > bytes.Length) throw WrongCount(input);
        int size = bytes.Length == 0 ? 1 : bytes.Length / (target.Length - at);
        if (packed.Length % size != 0) throw ProtoReader.Malformed("packed numbers do not end with a whole one");
        packed.CopyTo(bytes);
        at += packed.Length / size;
    }

    private static RequestException WrongCount(InputTensor input) =>
        RequestException.Bad($"input '{input.Info.Name}': 'contents' has not the {input.ElementCount} elements of shape [{string.Join(',', input.Shape.ToArray())}]");
}
