namespace Canario.OnnxRuntime.Native;

/// <summary>Reads the library's descriptions of types and shapes.</summary>
internal static unsafe class TypeInfos
{
    /// <summary>Describes an input or output, and frees the description it is read from.</summary>
    public static ValueInfo Take(string name, nint typeInfo)
    {
        try
        {
            int kind;
            Ort.Check(Ort.Api->GetOnnxTypeFromTypeInfo(typeInfo, &kind));
            if ((ValueKind)kind != ValueKind.Tensor)
                return new ValueInfo(name, (ValueKind)kind, TensorElementType.Undefined, [], []) { Map = Map(typeInfo, (ValueKind)kind) };

            // Belongs to typeInfo: not released on its own.
            nint tensorInfo;
            Ort.Check(Ort.Api->CastTypeInfoToTensorInfo(typeInfo, &tensorInfo));
            long[] shape = Shape(tensorInfo);
            return new ValueInfo(name, ValueKind.Tensor, ElementType(tensorInfo), shape, SymbolicDimensions(tensorInfo, shape.Length));
        }
        finally
        {
            Ort.Api->ReleaseTypeInfo(typeInfo);
        }
    }

    /// <summary>Descends through a sequence to its maps.</summary>
    private static MapInfo? Map(nint typeInfo, ValueKind kind)
    {
        nint inner;
        if (kind == ValueKind.Sequence)
        {
            Ort.Check(Ort.Api->CastTypeInfoToSequenceTypeInfo(typeInfo, &inner));
            nint element;
            Ort.Check(Ort.Api->GetSequenceElementType(inner, &element));
            try
            {
                int elementKind;
                Ort.Check(Ort.Api->GetOnnxTypeFromTypeInfo(element, &elementKind));
                return (ValueKind)elementKind == ValueKind.Map ? Map(element, ValueKind.Map) : null;
            }
            finally
            {
                Ort.Api->ReleaseTypeInfo(element);
            }
        }

        if (kind != ValueKind.Map) return null;
        Ort.Check(Ort.Api->CastTypeInfoToMapTypeInfo(typeInfo, &inner));
        int key;
        Ort.Check(Ort.Api->GetMapKeyType(inner, &key));
        nint value;
        Ort.Check(Ort.Api->GetMapValueType(inner, &value));
        return new MapInfo((TensorElementType)key, Take("", value).ElementType);
    }

    public static TensorElementType ElementType(nint tensorInfo)
    {
        int type;
        Ort.Check(Ort.Api->GetTensorElementType(tensorInfo, &type));
        return (TensorElementType)type;
    }

    public static long[] Shape(nint tensorInfo)
    {
        nuint rank;
        Ort.Check(Ort.Api->GetDimensionsCount(tensorInfo, &rank));
        if (rank == 0) return [];
        var shape = new long[(int)rank];
        fixed (long* first = shape)
            Ort.Check(Ort.Api->GetDimensions(tensorInfo, first, rank));
        return shape;
    }

    private static string[] SymbolicDimensions(nint tensorInfo, int rank)
    {
        if (rank == 0) return [];
        byte** names = stackalloc byte*[rank];
        Ort.Check(Ort.Api->GetSymbolicDimensions(tensorInfo, names, (nuint)rank));
        var symbols = new string[rank];
        for (int i = 0; i < rank; i++)
            symbols[i] = names[i] is null ? "" : Ort.Text(names[i]);
        return symbols;
    }
}
