using System.Globalization;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.Tensors;

/// <summary>
/// Class probabilities of classical models come as a sequence with one map a row, from class to number. The protocols know tensors only:
/// the maps become a tensor [rows, classes], in the order of the keys, which are the same in every row.
/// </summary>
internal static class MapTensors
{
    /// <summary>The outputs that can be answered, each described as the tensor that it is answered as.</summary>
    public static IReadOnlyList<ValueInfo> Served(IReadOnlyList<ValueInfo> outputs) =>
    [
        .. outputs
            .Select(output => output.Map is { } map && TensorElementTypes.SizeOf(map.ValueType) > 0
                ? new ValueInfo(output.Name, ValueKind.Tensor, map.ValueType, [output.Kind == ValueKind.Map ? 1 : -1, -1], ["", ""]) { Map = map }
                : output)
            .Where(output => output.Kind == ValueKind.Tensor && Datatypes.IsServed(output.ElementType)),
    ];

    /// <summary>Makes the tensor; the caller disposes both values.</summary>
    /// <exception cref="OnnxRuntimeException">Rows have different keys, so they are no rows of one tensor.</exception>
    public static OnnxValue ToTensor(OnnxValue value, ValueInfo output, out string[] keys)
    {
        bool single = value.Kind == ValueKind.Map;
        int rows = single ? 1 : value.Count;
        keys = [];
        byte[] bytes = [];
        int rowBytes = 0;
        for (int row = 0; row < rows; row++)
        {
            OnnxValue map = single ? value : value[row];
            try
            {
                using OnnxValue keyTensor = map[0];
                using OnnxValue numbers = map[1];
                string[] rowKeys = ReadKeys(keyTensor);
                Span<byte> elements = numbers.Elements<byte>();
                if (row == 0)
                {
                    keys = rowKeys;
                    rowBytes = elements.Length;
                    bytes = GC.AllocateUninitializedArray<byte>(checked(rows * rowBytes), pinned: true);
                }
                else if (!keys.AsSpan().SequenceEqual(rowKeys))
                {
                    throw new OnnxRuntimeException(OrtErrorCode.Fail, $"the maps of output '{output.Name}' have different keys in rows 0 and {row}");
                }

                elements.CopyTo(bytes.AsSpan(row * rowBytes));
            }
            finally
            {
                if (!single) map.Dispose();
            }
        }

        return OnnxValue.OverMemory(bytes, output.ElementType, [rows, keys.Length]);
    }

    private static string[] ReadKeys(OnnxValue tensor)
    {
        TensorElementType type = tensor.ReadTensorType(out _);
        return type == TensorElementType.String
            ? tensor.ReadStrings()
            : [.. tensor.Elements<long>().ToArray().Select(key => key.ToString(CultureInfo.InvariantCulture))];
    }
}
