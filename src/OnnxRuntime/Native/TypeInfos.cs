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
                return new ValueInfo(name, (ValueKind)kind, TensorElementType.Undefined, [], []);

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
