using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;

namespace Canario.Router.Mirroring;

/// <summary>One output of an answer by the Open Inference Protocol.</summary>
internal sealed class AnsweredTensor
{
    private long[] _shape = [];

    public string Name { get; private init; } = "";

    /// <summary>Of a floating-point tensor; null where it holds labels.</summary>
    public double[]? Numbers { get; private init; }

    public string[] Labels { get; private init; } = [];

    /// <summary>Of a row of a tensor [rows, columns]; else 1.</summary>
    public int Columns => _shape is [_, > 0 and < int.MaxValue and var columns] ? (int)columns : 1;

    /// <param name="raw">What is left of the raw tensors; without this one's afterwards.</param>
    /// <returns>null: it cannot be read.</returns>
    public static AnsweredTensor? Read(JsonElement output, ref ReadOnlyMemory<byte> raw)
    {
        string? name = output.GetProperty("name").GetString(), type = output.GetProperty("datatype").GetString();
        if (name is null || type is null) return null;
        long[] shape = [.. output.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64())];
        int size = SizeOf(type);
        if (!output.TryGetProperty("data", out var data))
        {
            int length = output.GetProperty("parameters").GetProperty("binary_data_size").GetInt32();
            if (length < 0 || length > raw.Length) return null;
            var bytes = raw[..length];
            raw = raw[length..];
            return size > 0
                ? new AnsweredTensor { Name = name, _shape = shape, Numbers = ReadRaw(bytes.Span, type, size) }
                : new AnsweredTensor { Name = name, _shape = shape, Labels = [Convert.ToBase64String(bytes.Span)] };
        }
        var leaves = Leaves(data);
        return size > 0
            ? new AnsweredTensor { Name = name, _shape = shape, Numbers = [.. leaves.Select(l => l.ValueKind == JsonValueKind.Null ? double.NaN : l.GetDouble())] }
            : new AnsweredTensor { Name = name, _shape = shape, Labels = [.. leaves.Select(l => l.ValueKind == JsonValueKind.Number ? l.GetDecimal().ToString("G29", CultureInfo.InvariantCulture) : l.ToString())] };
    }

    public bool HasShapeOf(AnsweredTensor other) =>
        _shape.AsSpan().SequenceEqual(other._shape) && Numbers?.Length == other.Numbers?.Length && Labels.Length == other.Labels.Length;

    private static int SizeOf(string type) => type switch { "FP64" => 8, "FP32" => 4, "FP16" or "BF16" => 2, _ => 0 };

    private static double[] ReadRaw(ReadOnlySpan<byte> bytes, string type, int size)
    {
        var numbers = new double[bytes.Length / size];
        for (int i = 0; i < numbers.Length; i++)
        {
            var one = bytes[(i * size)..];
            numbers[i] = type switch
            {
                "FP64" => BinaryPrimitives.ReadDoubleLittleEndian(one),
                "FP32" => BinaryPrimitives.ReadSingleLittleEndian(one),
                "FP16" => (double)BinaryPrimitives.ReadHalfLittleEndian(one),
                // The upper half of a float.
                _ => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(one) << 16),
            };
        }
        return numbers;
    }

    // Nested by its shape or flat: the same elements in the same order.
    private static IEnumerable<JsonElement> Leaves(JsonElement data) =>
        data.ValueKind == JsonValueKind.Array ? data.EnumerateArray().SelectMany(Leaves) : [data];
}
