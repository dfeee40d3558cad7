using System.Text;
using Canario.InferenceServer.Json;

namespace Canario.InferenceServer.Batch;

/// <summary>Writes JSON values as the cells of records (RFC 4180, lines end in a newline alone, as most tools write them).</summary>
internal sealed class CsvOutput(JsonOutput output)
{
    private bool _begun;

    public void Text(string text) => Cell(Encoding.UTF8.GetBytes(text));

    /// <param name="json">Of one value: a string gives its text, null an empty cell, all else stands as it is.</param>
    public void Value(ReadOnlySpan<byte> json)
    {
        if (json is [(byte)'"', ..])
        {
            var cursor = new JsonCursor(json, int.MaxValue);
            Cell(cursor.TakeString());
        }
        else
        {
            Cell(json.SequenceEqual("null"u8) ? default : json);
        }
    }

    public void EndRow()
    {
        output.Raw("\n"u8);
        _begun = false;
    }

    private void Cell(ReadOnlySpan<byte> text)
    {
        if (_begun) output.Raw(","u8);
        _begun = true;
        if (text.IndexOfAny(",\"\r\n"u8) < 0)
        {
            output.Raw(text);
            return;
        }

        output.Raw("\""u8);
        for (int quote = text.IndexOf((byte)'"'); quote >= 0; quote = text.IndexOf((byte)'"'))
        {
            output.Raw(text[..(quote + 1)]).Raw("\""u8);
            text = text[(quote + 1)..];
        }

        output.Raw(text).Raw("\""u8);
    }
}
