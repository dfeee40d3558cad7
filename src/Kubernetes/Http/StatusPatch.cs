using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Canario.Kubernetes.Http;

/// <summary>A JSON patch (RFC 6902) that replaces an object's status and names the version that it was computed from.</summary>
internal static class StatusPatch
{
    public static byte[] Build<T>(T value, string version, JsonTypeInfo<T> json)
    {
        using var buffer = new PooledBuffer();
        using var patch = new Utf8JsonWriter(buffer);
        patch.WriteStartArray();
        WriteHead(patch, "/metadata/resourceVersion");
        patch.WriteString("value"u8, version);
        patch.WriteEndObject();
        // Adding to what is there replaces it.
        WriteHead(patch, "/status");
        patch.WritePropertyName("value"u8);
        WriteStatus(patch, value, json);
        patch.WriteEndObject();
        patch.WriteEndArray();
        patch.Flush();
        return buffer.WrittenMemory.ToArray();
    }

    private static void WriteStatus<T>(Utf8JsonWriter patch, T value, JsonTypeInfo<T> json)
    {
        var property = json.Properties.SingleOrDefault(p => p.Name == "status");
        if (property?.Get?.Invoke(value!) is { } status)
        {
            JsonSerializer.Serialize(patch, status, json.Options.GetTypeInfo(property.PropertyType));
            return;
        }
        patch.WriteStartObject();
        patch.WriteEndObject();
    }

    private static void WriteHead(Utf8JsonWriter patch, string path)
    {
        patch.WriteStartObject();
        patch.WriteString("op"u8, "add"u8);
        patch.WriteString("path"u8, path);
    }
}
