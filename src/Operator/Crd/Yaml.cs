using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Canario.Operator.Crd;

/// <summary>JSON as YAML, in blocks but for short lists and maps of words: the little that the CRD and the golden files need.</summary>
static partial class Yaml
{
    /// <summary>Most characters of a line on which a list or a map stands with its key.</summary>
    const int LineLength = 140;

    static readonly JsonSerializerOptions Quoting = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(JsonNode node)
    {
        var text = new StringBuilder();
        WriteBlock(text, node, 0);
        return text.ToString();
    }

    static void WriteBlock(StringBuilder text, JsonNode? node, int indent)
    {
        if (node is JsonObject map)
        {
            foreach (var (key, value) in map)
            {
                text.Append(' ', indent).Append(Scalar(key)).Append(':');
                WriteValue(text, value, indent, value is JsonArray ? indent : indent + 2);
            }
        }
        else if (node is JsonArray list)
        {
            foreach (var item in list)
            {
                text.Append(' ', indent).Append('-');
                if (item is JsonObject { Count: > 0 })
                {
                    var block = new StringBuilder();
                    WriteBlock(block, item, indent + 2);
                    text.Append(' ').Append(block, indent + 2, block.Length - indent - 2);
                }
                else
                {
                    WriteValue(text, item, indent, indent + 2);
                }
            }
        }
    }

    static void WriteValue(StringBuilder text, JsonNode? value, int indent, int childIndent)
    {
        switch (value)
        {
            case JsonObject { Count: 0 }:
                text.Append(" {}\n");
                break;
            case JsonArray { Count: 0 }:
                text.Append(" []\n");
                break;
            case JsonObject or JsonArray when Line(value) is { } line && indent + line.Length <= LineLength:
                text.Append(' ').Append(line).Append('\n');
                break;
            case JsonObject or JsonArray:
                text.Append('\n');
                WriteBlock(text, value, childIndent);
                break;
            default:
                text.Append(' ').Append(Scalar(value)).Append('\n');
                break;
        }
    }

    /// <returns>Null: more than scalars.</returns>
    static string? Line(JsonNode value) => value switch
    {
        JsonArray list when list.All(item => item is JsonValue) => $"[{string.Join(", ", list.Select(Word))}]",
        JsonObject map when map.All(pair => pair.Value is JsonValue) => $"{{{string.Join(", ", map.Select(pair => $"{Scalar(pair.Key)}: {Word(pair.Value)}"))}}}",
        _ => null,
    };

    /// <summary>On a line with others some characters part them.</summary>
    static string Word(JsonNode? value) => Scalar(value) is var text && text[0] != '"' && text.AsSpan().ContainsAny(",[]{}") ? Quote(text) : Scalar(value);

    static string Scalar(JsonNode? value) => value switch
    {
        null => "null",
        JsonValue scalar when scalar.GetValueKind() == JsonValueKind.String => Scalar(scalar.GetValue<string>()),
        _ when value.GetValueKind() == JsonValueKind.Number => value.ToJsonString().Contains('E', StringComparison.Ordinal)
            ? decimal.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)
            : value.ToJsonString(),
        _ => value.ToJsonString(),
    };

    static string Scalar(string text) =>
        Plain().IsMatch(text) && !Reserved().IsMatch(text) ? text : Quote(text);

    static string Quote(string text) => $"\"{JsonEncodedText.Encode(text, Quoting.Encoder)}\"";

    [GeneratedRegex(@"^[A-Za-z_/][A-Za-z0-9_./()%<>=;,+ -]*(?<! )$", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();

    [GeneratedRegex("^(true|false|null|yes|no|on|off|y|n)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Reserved();
}
