using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Canario.Telemetry.Logging;

/// <summary>Builds one line. One instance a thread, so that logging allocates little more than the line itself.</summary>
#pragma warning disable CA1001 // Lives as long as its thread; the writer holds nothing but managed memory.
internal sealed class LogLine
#pragma warning restore CA1001
{
    // A log line is no place for a payload; a collector's usual limit for a line is 16 KiB to 64 KiB.
    private const int LongestField = 2 * 1024;
    private const int LongestMessage = 8 * 1024;
    private const int MostFields = 64;

    [ThreadStatic]
    private static LogLine? t_spare;

    private static readonly string[] s_reserved = ["timestamp", "level", "category", "eventId", "event", "message", "exception"];

    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private readonly List<KeyValuePair<string, object?>> _fields = [];
    private readonly Utf8JsonWriter _json;

    private LogLine() =>
        // Nothing shows these lines as HTML; readable text matters more than escaped angle brackets.
        _json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    public static LogLine Rent()
    {
        var line = t_spare ?? new LogLine();
        t_spare = null;
        return line;
    }

    public void Return()
    {
        _fields.Clear();
        _buffer.ResetWrittenCount();
        _json.Reset();
        t_spare = this;
    }

    /// <summary>Takes the named values of a scope or of a message; an inner one replaces an outer one of its name.</summary>
    public void AddFields(object? state)
    {
        if (state is IReadOnlyList<KeyValuePair<string, object?>> list)
        {
            for (var i = 0; i < list.Count; i++)
                AddField(list[i]);
        }
        else if (state is IEnumerable<KeyValuePair<string, object?>> pairs)
        {
            foreach (var pair in pairs)
                AddField(pair);
        }
    }

    /// <summary>The trace that the line belongs to, in the W3C form and under the names of OpenTelemetry's log model.</summary>
    public void AddTrace(Activity? activity)
    {
        if (activity is not { IdFormat: ActivityIdFormat.W3C }) return;
        Set("trace_id", activity.TraceId.ToHexString());
        Set("span_id", activity.SpanId.ToHexString());
    }

    public byte[] Build(DateTimeOffset now, LogLevel level, string category, EventId id, string message, Exception? exception)
    {
        _json.WriteStartObject();
        _json.WriteString("timestamp"u8, now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        _json.WriteString("level"u8, NameOf(level));
        _json.WriteString("category"u8, category);
        if (id.Id != 0)
            _json.WriteNumber("eventId"u8, id.Id);
        if (id.Name is not null)
            _json.WriteString("event"u8, id.Name);
        _json.WriteString("message"u8, Bound(message, LongestMessage));
        foreach (var (name, value) in _fields)
            WriteField(name, value);
        if (exception is not null)
            _json.WriteString("exception"u8, Bound(exception.ToString(), LongestMessage));
        _json.WriteEndObject();
        _json.Flush();
        var line = new byte[_buffer.WrittenCount + 1];
        _buffer.WrittenSpan.CopyTo(line);
        line[^1] = (byte)'\n';
        return line;
    }

    private void AddField(KeyValuePair<string, object?> field)
    {
        if (field.Key is null or "" or "{OriginalFormat}")
            return;
        var name = JsonNamingPolicy.CamelCase.ConvertName(field.Key);
        if (s_reserved.Contains(name))
            name = "field." + name;
        Set(name, field.Value);
    }

    private void Set(string name, object? value)
    {
        var at = _fields.FindIndex(f => f.Key == name);
        if (at >= 0)
            _fields[at] = new(name, value);
        else if (_fields.Count < MostFields)
            _fields.Add(new(name, value));
    }

    private void WriteField(string name, object? value)
    {
        switch (value)
        {
            case null:
                _json.WriteNull(name);
                break;
            case bool flag:
                _json.WriteBoolean(name, flag);
                break;
            case int or short or sbyte or byte or ushort or uint or long:
                _json.WriteNumber(name, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case double number when double.IsFinite(number):
                _json.WriteNumber(name, number);
                break;
            case IFormattable formattable:
                _json.WriteString(name, Bound(formattable.ToString(null, CultureInfo.InvariantCulture), LongestField));
                break;
            default:
                _json.WriteString(name, Bound(value.ToString() ?? "", LongestField));
                break;
        }
    }

    private static string Bound(string text, int longest) => text.Length <= longest ? text : string.Concat(text.AsSpan(0, longest), "… (cut)");

    private static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        _ => "fatal",
    };
}
