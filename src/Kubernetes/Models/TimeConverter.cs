using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Canario.Kubernetes.Models;

/// <summary>metav1.Time: RFC 3339 in UTC with whole seconds, as the API server writes it. A fraction would be dropped there, and then what is stored would differ from what was sent.</summary>
public sealed class TimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<byte> text = stackalloc byte[32];
        value.UtcDateTime.TryFormat(text, out var length, "yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }
}
