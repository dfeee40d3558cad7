using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Canario.Kubernetes.Models;

namespace Canario.Kubernetes.Http;

/// <summary>Parses one line of a watch. The object is read in place, once.</summary>
internal static class WatchEventReader
{
    public static WatchEvent<T> Read<T>(ReadOnlySpan<byte> line, JsonTypeInfo<T> json, string request) where T : class, IKubernetesObject
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            WatchEventType? type = null;
            var isError = false;
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("type"u8))
                {
                    reader.Read();
                    (type, isError) = TypeOf(ref reader);
                }
                else if (reader.ValueTextEquals("object"u8) && isError)
                {
                    var status = JsonSerializer.Deserialize(ref reader, KubernetesJson.Default.Status);
                    throw KubernetesException.From((System.Net.HttpStatusCode)(status?.Code ?? 500), status, null, request);
                }
                else if (reader.ValueTextEquals("object"u8) && type is { } known)
                {
                    var value = JsonSerializer.Deserialize(ref reader, json);
                    return value is null ? throw Malformed("object is null", null) : new WatchEvent<T>(known, value);
                }
                else
                {
                    reader.Read();
                    reader.Skip();
                }
            }
            throw Malformed("type must come first, then object, as the API server writes them", null);
        }
        catch (JsonException e)
        {
            throw Malformed(e.Message, e);
        }

        KubernetesException Malformed(string detail, Exception? inner) => new(KubernetesError.Other, $"GET {request}: a watch event cannot be read: {detail}", inner);
    }

    private static (WatchEventType? Type, bool IsError) TypeOf(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("ADDED"u8))
        {
            return (WatchEventType.Added, false);
        }
        if (reader.ValueTextEquals("MODIFIED"u8))
        {
            return (WatchEventType.Modified, false);
        }
        if (reader.ValueTextEquals("DELETED"u8))
        {
            return (WatchEventType.Deleted, false);
        }
        if (reader.ValueTextEquals("BOOKMARK"u8))
        {
            return (WatchEventType.Bookmark, false);
        }
        return reader.ValueTextEquals("ERROR"u8) ? (null, true) : throw new JsonException($"unknown type '{reader.GetString()}'");
    }
}
