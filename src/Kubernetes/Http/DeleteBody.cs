using System.Buffers;
using System.Text.Json;

namespace Canario.Kubernetes.Http;

/// <summary>meta/v1 DeleteOptions.</summary>
internal static class DeleteBody
{
    public static ReadOnlyMemory<byte> Build(DeleteOptions options)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("apiVersion", "v1");
        json.WriteString("kind", "DeleteOptions");
        if (options.Propagation != Propagation.Default)
        {
            json.WriteString("propagationPolicy", options.Propagation.ToString());
        }
        if (options.GracePeriodSeconds is { } grace)
        {
            json.WriteNumber("gracePeriodSeconds", grace);
        }
        if (options.DryRun)
        {
            json.WriteStartArray("dryRun");
            json.WriteStringValue("All");
            json.WriteEndArray();
        }
        if (options.Uid is not null || options.ResourceVersion is not null)
        {
            json.WriteStartObject("preconditions");
            if (options.Uid is not null)
            {
                json.WriteString("uid", options.Uid);
            }
            if (options.ResourceVersion is not null)
            {
                json.WriteString("resourceVersion", options.ResourceVersion);
            }
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }
}
