using System.Text.Json;
using System.Text.Json.Serialization;

namespace Canario.Kubernetes.Models;

/// <summary>For members that have few values, or the same one in many objects.</summary>
public sealed class PooledStringConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? StringPool.Get(ref reader) : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
