using System.Text.Json;
using System.Text.Json.Serialization;

namespace Canario.Contract;

/// <summary>Tells a member that is null from one that is not there.</summary>
public sealed class ExplicitNullConverter : JsonConverter<JsonElement?>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override JsonElement? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonElement.ParseValue(ref reader);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, JsonElement? value, JsonSerializerOptions options)
    {
        if (value is { } element) element.WriteTo(writer);
        else writer.WriteNullValue();
    }
}
