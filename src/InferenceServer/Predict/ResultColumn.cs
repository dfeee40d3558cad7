using System.Runtime.InteropServices;
using Canario.InferenceServer.Json;
using Canario.InferenceServer.Tensors;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.Predict;

/// <summary>One output of a run, seen as [rows, columns].</summary>
internal sealed class ResultColumn
{
    private readonly byte[] _bytes;
    private readonly TensorElementType _type;
    private readonly string[]? _keys;

    private ResultColumn(OutputPlan plan, OnnxValue value, TensorElementType type, long[] shape, bool isOfRows, string[]? texts, string[]? keys)
    {
        _keys = keys;
        Plan = plan;
        // One copy: reaching into the native value for each element would cost more.
        _bytes = texts is null ? value.Elements<byte>().ToArray() : [];
        _type = type;
        Texts = texts;
        Rows = shape.Length == 0 ? 1 : (int)shape[0];
        IsOfRows = isOfRows;
        long columns = 1;
        for (int i = 1; i < shape.Length; i++) columns *= shape[i];
        Columns = (int)columns;
    }

    public OutputPlan Plan { get; }
    public int Rows { get; }
    public int Columns { get; }
    /// <summary>One that has another number of them than the request belongs to none.</summary>
    public bool IsOfRows { get; }

    /// <summary>Null unless the tensor holds strings.</summary>
    public string[]? Texts { get; }

    /// <param name="plan">What the output means.</param>
    /// <param name="call">After its run.</param>
    /// <param name="position">Of the output among those that were run.</param>
    public static ResultColumn Read(OutputPlan plan, InferenceCall call, int position)
    {
        OnnxValue value = call.Outputs[position]!;
        TensorElementType type = value.ReadTensorType(out long[] shape);
        bool isOfRows = call.Rows == 0 || (shape.Length == 0 ? 1 : shape[0]) == call.Rows;
        return new ResultColumn(plan, value, type, shape, isOfRows, type == TensorElementType.String ? value.ReadStrings() : null, call.KeysOf(position));
    }

    /// <summary>The metadata's name of a class, else the model's own, else its index.</summary>
    public string ClassName(long index) => Plan.Classes.Count == 0 && _keys is not null && index >= 0 && index < _keys.Length
        ? _keys[index]
        : Plan.ClassName(index);

    public int LikeliestClass(int row)
    {
        int best = 0;
        for (int i = 1; i < Columns; i++)
        {
            if (RealAt(row * Columns + i) > RealAt(row * Columns + best)) best = i;
        }

        return best;
    }

    public long WholeAt(int row) => (long)RealAt(row * Columns);

    public double RealAt(int index) => _type switch
    {
        TensorElementType.Float => As<float>()[index],
        TensorElementType.Double => As<double>()[index],
        TensorElementType.Int64 => As<long>()[index],
        TensorElementType.Int32 => As<int>()[index],
        TensorElementType.Int16 => As<short>()[index],
        TensorElementType.Int8 => As<sbyte>()[index],
        TensorElementType.UInt64 => As<ulong>()[index],
        TensorElementType.UInt32 => As<uint>()[index],
        TensorElementType.UInt16 => As<ushort>()[index],
        TensorElementType.UInt8 or TensorElementType.Bool => As<byte>()[index],
        TensorElementType.Float16 => (double)As<Half>()[index],
        TensorElementType.BFloat16 => ElementJson.FromBrainFloat(As<ushort>()[index]),
        _ => double.NaN,
    };

    /// <summary>A row: its only element, or an array of them.</summary>
    public void WriteRow(JsonOutput output, int row)
    {
        if (!IsOfRows || row >= Rows)
        {
            output.Raw("null"u8);
            return;
        }

        if (Columns == 1)
        {
            WriteElement(output, row, 0);
            return;
        }

        output.Raw("["u8);
        for (int i = 0; i < Columns; i++)
        {
            if (i > 0) output.Raw(","u8);
            WriteElement(output, row, i);
        }

        output.Raw("]"u8);
    }

    public void WriteElement(JsonOutput output, int row, int column)
    {
        int index = row * Columns + column;
        switch (_type)
        {
            case TensorElementType.Float: output.Real(As<float>()[index]); break;
            case TensorElementType.String: output.Text(Texts![index]); break;
            case TensorElementType.Int64: output.Number(As<long>()[index]); break;
            case TensorElementType.UInt64: output.Number(As<ulong>()[index]); break;
            case TensorElementType.Bool: output.Raw(As<byte>()[index] != 0 ? "true"u8 : "false"u8); break;
            case TensorElementType.Float16: output.Real(As<Half>()[index]); break;
            case TensorElementType.BFloat16: output.Real(ElementJson.FromBrainFloat(As<ushort>()[index])); break;
            default: output.Real(RealAt(index)); break;
        }
    }

    private ReadOnlySpan<T> As<T>() where T : unmanaged => MemoryMarshal.Cast<byte, T>(_bytes);
}
