namespace Canario.InferenceServer.V2;

/// <summary>Header fields of the binary tensor data extension.</summary>
internal static class V2Headers
{
    /// <summary>Bytes of the JSON at the start of a body; raw tensors follow it. 0 in a request: the body is one raw tensor.</summary>
    public const string JsonLength = "inference-header-content-length";
}
