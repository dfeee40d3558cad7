using Canario.InferenceServer.Rows;

namespace Canario.InferenceServer.Batch;

/// <summary>A record is a line whose quoted fields may hold newlines (RFC 4180). Quotes count at a field's beginning only.</summary>
internal sealed class CsvSplitter(char delimiter) : IRecordSplitter
{
    private enum Place
    {
        FieldStart,
        Unquoted,
        Quoted,
        /// <summary>After a quote in a quoted field: its end, or half of an escaped quote.</summary>
        AfterQuote,
    }

    private readonly byte _delimiter = (byte)delimiter;
    private Place _place;

    public int FindEnd(ReadOnlySpan<byte> piece)
    {
        int i = 0;
        while (i < piece.Length)
        {
            if (_place is Place.Quoted)
            {
                int quote = piece[i..].IndexOf((byte)'"');
                if (quote < 0) return -1;
                i += quote + 1;
                _place = Place.AfterQuote;
                continue;
            }

            if (_place is Place.Unquoted)
            {
                int end = piece[i..].IndexOfAny((byte)'\n', _delimiter);
                if (end < 0) return -1;
                i += end;
            }

            byte next = piece[i];
            if (next == '\n') return i;
            if (next == _delimiter) _place = Place.FieldStart;
            else if (next == '"') _place = Place.Quoted;
            else _place = Place.Unquoted;
            i++;
        }

        return -1;
    }

    public void Reset() => _place = Place.FieldStart;
}
