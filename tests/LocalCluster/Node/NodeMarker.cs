using System.Text.Json;
using System.Text.Json.Serialization;
using Canario.LocalCluster.Security;

namespace Canario.LocalCluster.Node;

/// <summary>How the machine was before <c>up</c>, so that <c>down</c> can leave it so.</summary>
internal sealed record NodeMarker(int ApiServerPort, Dictionary<string, string> KernelSettings, string[] AbsentDirectories)
{
    public static NodeMarker? Read()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(NodeLayout.Marker), NodeMarkerJson.Default.NodeMarker);
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }

    public void Write()
    {
        Directory.CreateDirectory(NodeLayout.Directory);
        SecretFile.Write(NodeLayout.Marker, JsonSerializer.Serialize(this, NodeMarkerJson.Default.NodeMarker));
    }
}

[JsonSerializable(typeof(NodeMarker))]
internal sealed partial class NodeMarkerJson : JsonSerializerContext;
