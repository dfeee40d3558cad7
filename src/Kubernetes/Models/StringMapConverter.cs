using System.Text.Json;
using System.Text.Json.Serialization;

namespace Canario.Kubernetes.Models;

/// <summary>Reads maps of strings small, see <see cref="StringMap"/>, and writes them in their own order.</summary>
public sealed class StringMapConverter : JsonConverter<IReadOnlyDictionary<string, string>>
{
    /// <summary>Searched from the first entry; a map that somebody has filled with more is a dictionary.</summary>
    private const int Few = 16;

    public override IReadOnlyDictionary<string, string>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException();
        var entries = new List<KeyValuePair<string, string>>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = StringPool.Get(ref reader);
            reader.Read();
            // The API server writes an empty string, never null; from elsewhere it means the same.
            var value = reader.TokenType switch
            {
                JsonTokenType.String => StringPool.Get(ref reader),
                JsonTokenType.Null => "",
                _ => throw new JsonException(),
            };
            entries.Add(new KeyValuePair<string, string>(key, value));
        }
        if (entries.Count > Few)
        {
            // As everywhere in JSON, the last of equal names counts.
            return entries.GroupBy(e => e.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last().Value, StringComparer.Ordinal);
        }
        return new StringMap([.. entries]);
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyDictionary<string, string> value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (key, text) in value)
        {
            writer.WriteString(key, text);
        }
        writer.WriteEndObject();
    }
}
