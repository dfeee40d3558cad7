using System.Text;
using Canario.InferenceServer.Http;
using Canario.InferenceServer.Json;
using Canario.InferenceServer.Tensors;

namespace Canario.InferenceServer.Rows;

/// <summary>Members of rows that are no features and come back with the predictions: an id, a label.</summary>
internal sealed class KeptMembers(IReadOnlyList<string> names)
{
    private readonly byte[][] _utf8Names = [.. names.Select(Encoding.UTF8.GetBytes)];
    private readonly List<byte[]?[]> _rows = [];
    private byte[]?[] _row = [];

    public IReadOnlyList<string> Names { get; } = names;

    /// <summary>The next members belong to this row; what it had before is forgotten.</summary>
    public void Begin(int row)
    {
        while (_rows.Count <= row) _rows.Add(new byte[]?[Names.Count]);
        _row = _rows[row];
        Array.Clear(_row);
    }

    /// <summary>Takes the value when the member is one of those.</summary>
    public bool TryTake(ReadOnlySpan<byte> name, ref JsonCursor cursor)
    {
        for (int i = 0; i < _utf8Names.Length; i++)
        {
            if (!name.SequenceEqual(_utf8Names[i])) continue;
            if (_row[i] is not null) throw RequestException.Bad($"member {TensorNames.Quote(Names[i])} is given twice");
            cursor.Peek();
            int start = cursor.Position;
            cursor.Skip();
            _row[i] = cursor.Slice(start).ToArray();
            return true;
        }

        return false;
    }

    /// <summary>The value as JSON; <c>null</c> where the row has none.</summary>
    public ReadOnlySpan<byte> Value(int row, int member) => _rows[row][member] is { } value ? value : "null"u8;
}
