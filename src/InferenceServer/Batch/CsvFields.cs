namespace Canario.InferenceServer.Batch;

/// <summary>Walks over the fields of one record, as <see cref="CsvSplitter"/> sees them.</summary>
internal ref struct CsvFields(ReadOnlySpan<byte> record, char delimiter)
{
    private readonly ReadOnlySpan<byte> _record = record.EndsWith("\r"u8) ? record[..^1] : record;
    private readonly byte _delimiter = (byte)delimiter;
    private int _at;
    private bool _ended;

    /// <summary>What is wrong with the record; null: nothing so far.</summary>
    public string? Error { get; private set; }

    /// <param name="field">Without its quotes.</param>
    /// <returns>False: there is no further field, or <see cref="Error"/>.</returns>
    public bool TryTake(out ReadOnlySpan<byte> field)
    {
        field = default;
        if (_ended || Error is not null) return false;
        ReadOnlySpan<byte> rest = _record[_at..];
        if (rest.StartsWith("\""u8)) return TryTakeQuoted(rest, out field);
        int end = rest.IndexOf(_delimiter);
        _ended = end < 0;
        field = _ended ? rest : rest[..end];
        _at += field.Length + 1;
        return true;
    }

    private bool TryTakeQuoted(ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> field)
    {
        field = default;
        int end = 1;
        bool escaped = false;
        while (true)
        {
            int quote = rest[end..].IndexOf((byte)'"');
            if (quote < 0)
            {
                Error = "a quoted field does not end";
                return false;
            }

            end += quote;
            if (end + 1 >= rest.Length || rest[end + 1] != '"') break;
            escaped = true;
            end += 2;
        }

        field = rest[1..end];
        if (escaped) field = Unescape(field);
        _ended = end + 1 == rest.Length;
        if (!_ended && rest[end + 1] != _delimiter)
        {
            Error = "there is text after a field's closing quote";
            return false;
        }

        _at += end + 2;
        return true;
    }

    private static byte[] Unescape(ReadOnlySpan<byte> field)
    {
        byte[] plain = new byte[field.Length];
        int length = 0;
        for (int i = 0; i < field.Length; i++)
        {
            plain[length++] = field[i];
            if (field[i] == '"') i++;
        }

        return plain[..length];
    }
}
