using Canario.InferenceServer.Http;
using Canario.InferenceServer.Json;
using Canario.InferenceServer.Tensors;
using Canario.Telemetry;

namespace Canario.InferenceServer.Feedback;

/// <summary>Reads one item, an array of them, or <c>{"feedback": [them]}</c>.</summary>
internal static class FeedbackParser
{
    /// <returns>True when many were given and each is to be answered for.</returns>
    /// <exception cref="RequestException">The body is malformed; which item, and what is allowed.</exception>
    public static bool Parse(ref JsonCursor cursor, List<FeedbackItem> items, RequestLimits limits)
    {
        bool many = cursor.Peek() == '[';
        if (many)
        {
            ParseItems(ref cursor, items, limits);
        }
        else
        {
            if (!cursor.TryTake('{')) throw RequestException.Bad("the body must be an object with 'request_id' and 'actual', or an array of them");
            int start = cursor.Position;
            many = cursor.Peek() == '"' && cursor.TakeString().SequenceEqual("feedback"u8);
            if (many)
            {
                cursor.Take(':');
                ParseItems(ref cursor, items, limits);
                cursor.Take('}');
            }
            else
            {
                cursor.Position = start;
                items.Add(ParseMembers(ref cursor));
            }
        }

        cursor.TakeEnd();
        return many;
    }

    private static void ParseItems(ref JsonCursor cursor, List<FeedbackItem> items, RequestLimits limits)
    {
        cursor.Take('[');
        if (cursor.TryTake(']')) throw RequestException.Bad("no feedback is given");
        do
        {
            if (items.Count == limits.MaximumRows) throw RequestException.Bad($"at most {limits.MaximumRows} items are taken in one request");
            try
            {
                cursor.Take('{');
                items.Add(ParseMembers(ref cursor));
            }
            catch (RequestException e)
            {
                throw RequestException.Bad($"item {items.Count}: {e.Message}");
            }
        }
        while (cursor.TakeNext(']'));
    }

    private static FeedbackItem ParseMembers(ref JsonCursor cursor)
    {
        string? id = null;
        int? row = null;
        string? text = null;
        double? number = null;
        if (!cursor.TryTake('}'))
        {
            do
            {
                ReadOnlySpan<byte> name = cursor.TakeString();
                bool isId = name.SequenceEqual("request_id"u8);
                bool isRow = name.SequenceEqual("row"u8);
                if (!isId && !isRow && !name.SequenceEqual("actual"u8))
                    throw RequestException.Bad($"unknown member {TensorNames.Quote(name)}; 'request_id', 'row' and 'actual' are taken");
                if (isId ? id is not null : isRow ? row is not null : text is not null || number is not null)
                    throw RequestException.Bad($"{TensorNames.Quote(name)} is given twice");
                cursor.Take(':');
                if (isId) id = TakeId(ref cursor);
                else if (isRow) row = TakeRow(ref cursor);
                else TakeActual(ref cursor, out text, out number);
            }
            while (cursor.TakeNext('}'));
        }

        if (id is null) throw RequestException.Bad("'request_id' is missing: the x-request-id that the prediction was answered with");
        if (text is null && number is null) throw RequestException.Bad("'actual' is missing: the class or the number that really was");
        return new FeedbackItem(id, row ?? 0, text, number ?? 0);
    }

    private static string TakeId(ref JsonCursor cursor)
    {
        if (cursor.Peek() is not ((byte)'"' or 0)) throw RequestException.Bad("'request_id' must be a string");
        string id = cursor.TakeText();
        return RequestIds.IsSane(id) ? id : throw RequestException.Bad($"'request_id': {TensorNames.Quote(id)} is no request id: 1 to {RequestIds.MaximumLength} letters, digits and -_.:/+=@,~");
    }

    private static int TakeRow(ref JsonCursor cursor)
    {
        if (!IsNumberOrEnd(cursor.Peek())) throw RequestException.Bad("'row' must be a whole number from 0");
        ScannedNumber number = cursor.TakeNumber(out ReadOnlySpan<byte> token);
        return NumberScanner.TryToWhole(token, number, 0, int.MaxValue, out Int128 row)
            ? (int)row
            : throw RequestException.Bad($"'row': {TensorNames.Quote(token[..number.Length])} is not a whole number from 0");
    }

    private static void TakeActual(ref JsonCursor cursor, out string? text, out double? number)
    {
        text = null;
        number = null;
        if (cursor.Peek() == '"') text = cursor.TakeText();
        else if (cursor.TryTakeLiteral("true"u8)) text = "true";
        else if (cursor.TryTakeLiteral("false"u8)) text = "false";
        else if (!IsNumberOrEnd(cursor.Peek())) throw RequestException.Bad("'actual' must be a class (a string, true or false) or a number");
        else
        {
            ScannedNumber scanned = cursor.TakeNumber(out ReadOnlySpan<byte> token);
            double value = NumberScanner.ToDouble(token, scanned);
            if (!double.IsFinite(value)) throw RequestException.Bad($"'actual': {TensorNames.Quote(token[..scanned.Length])} is not a finite number");
            number = value;
        }
    }

    /// <summary>Of a text that ends too early the cursor tells where.</summary>
    private static bool IsNumberOrEnd(byte first) => first is (byte)'-' or (>= (byte)'0' and <= (byte)'9') or 0;
}
