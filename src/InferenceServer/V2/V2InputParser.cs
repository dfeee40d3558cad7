using System.Text;
using Canario.InferenceServer.Http;
using Canario.InferenceServer.Json;
using Canario.InferenceServer.Tensors;

namespace Canario.InferenceServer.V2;

/// <summary>Reads one entry of <c>inputs</c>. Data that comes before the name, shape and datatype is passed over and read afterwards.</summary>
internal static class V2InputParser
{
    private const int MaximumRank = 32;

    public static void Parse(ref JsonCursor cursor, ref BinarySection binary, InferenceCall call, RequestLimits limits)
    {
        InputTensor? input = null;
        bool datatypeSeen = false;
        bool dataRead = false;
        int dataAt = -1;
        long? binarySize = null;
        string? datatype = null;
        Span<long> shape = stackalloc long[MaximumRank];
        int rank = -1;

        cursor.Take('{');
        if (!cursor.TryTake('}'))
        {
            do
            {
                ReadOnlySpan<byte> member = cursor.TakeString();
                cursor.Take(':');
                if (member.SequenceEqual("name"u8))
                {
                    if (input is not null) throw RequestException.Bad("'name' of an input is given twice");
                    input = V2RequestParser.TakeInput(call, cursor.TakeString());
                }
                else if (member.SequenceEqual("datatype"u8))
                {
                    ReadOnlySpan<byte> given = cursor.TakeString();
                    datatypeSeen = true;
                    // Most often it is right and needs no string.
                    datatype = input is not null && Ascii.Equals(given, Datatypes.NameOf(input.Type)) ? null : Encoding.UTF8.GetString(given);
                }
                else if (member.SequenceEqual("shape"u8))
                {
                    rank = ParseShape(ref cursor, shape);
                }
                else if (cursor.TryTakeLiteral("null"u8))
                {
                }
                else if (member.SequenceEqual("data"u8))
                {
                    if (dataAt >= 0) throw RequestException.Bad("'data' of an input is given twice");
                    cursor.Peek();
                    dataAt = cursor.Position;
                    if (input is not null && rank >= 0 && datatypeSeen)
                    {
                        Prepare(input, datatype, shape[..rank], limits);
                        V2DataReader.Read(ref cursor, input, shape[..rank]);
                        dataRead = true;
                    }
                    else
                    {
                        cursor.Skip();
                    }
                }
                else if (member.SequenceEqual("parameters"u8))
                {
                    binarySize = V2Parameters.Parse(ref cursor, "an input").BinaryDataSize;
                }
                else
                {
                    cursor.Skip();
                }
            }
            while (cursor.TakeNext('}'));
        }

        if (input is null) throw RequestException.Bad("an input has no 'name'");
        if (rank < 0) throw RequestException.Bad($"input '{input.Info.Name}' has no 'shape'");
        if (!datatypeSeen) throw RequestException.Bad($"input '{input.Info.Name}' has no 'datatype'; the model takes {Datatypes.NameOf(input.Type)}");
        if (binarySize is { } size)
        {
            if (dataAt >= 0) throw RequestException.Bad($"input '{input.Info.Name}' has both 'data' and 'binary_data_size'");
            Prepare(input, datatype, shape[..rank], limits);
            binary.Read(input, size, limits);
            return;
        }

        if (dataAt < 0) throw RequestException.Bad($"input '{input.Info.Name}' has no 'data'");
        if (dataRead) return;
        int end = cursor.Position;
        cursor.Position = dataAt;
        Prepare(input, datatype, shape[..rank], limits);
        V2DataReader.Read(ref cursor, input, shape[..rank]);
        cursor.Position = end;
    }

    /// <summary>Checks type and shape against the model's, before any element is stored.</summary>
    /// <param name="input">The model's input.</param>
    /// <param name="datatype">Null: known to be right.</param>
    /// <param name="shape">As given.</param>
    /// <param name="limits">Of the request.</param>
    public static void Prepare(InputTensor input, string? datatype, ReadOnlySpan<long> shape, RequestLimits limits)
    {
        if (datatype is not null && datatype != Datatypes.NameOf(input.Type))
            throw RequestException.Bad($"input '{input.Info.Name}' is given as {TensorNames.Quote(datatype)}; the model takes {Datatypes.NameOf(input.Type)}");
        ShapeCheck.Require(input.Info, shape, limits.MaximumRows);
        input.SetShape(shape);
    }

    private static int ParseShape(ref JsonCursor cursor, scoped Span<long> shape)
    {
        int rank = 0;
        cursor.Take('[');
        if (cursor.TryTake(']')) return 0;
        do
        {
            if (rank == MaximumRank) throw RequestException.Bad($"a shape has more than {MaximumRank} dimensions");
            ScannedNumber number = cursor.TakeNumber(out ReadOnlySpan<byte> token);
            if (!NumberScanner.TryToWhole(token, number, 0, int.MaxValue, out Int128 size))
                throw cursor.Invalid($"a dimension is a whole number from 0 to {int.MaxValue}");
            shape[rank++] = (long)size;
        }
        while (cursor.TakeNext(']'));
        return rank;
    }
}
