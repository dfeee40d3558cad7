using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Canario.Operator.Api;

/// <summary>For memory in status that the API server checks nothing of: what cannot be read is as if it had never been written, and the object is readable all the same.</summary>
abstract class StoredConverter<T> : JsonConverter<T> where T : class
{
    protected abstract JsonTypeInfo<T> Json { get; }

    public sealed override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        // Where a reader stands after a failure is not said; the copy stands where the value begins.
        var whole = reader;
        try
        {
            var value = JsonSerializer.Deserialize(ref reader, Json);
            return value is not null && IsComplete(value) ? value : null;
        }
        catch (JsonException)
        {
            reader = whole;
            reader.Skip();
            return null;
        }
    }

    public sealed override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => JsonSerializer.Serialize(writer, value, Json);

    /// <summary>What the types alone do not keep out.</summary>
    protected abstract bool IsComplete(T value);
}
