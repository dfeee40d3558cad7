namespace Canario.Kubernetes.Http;

internal static class MediaTypes
{
    public const string Json = "application/json";
    /// <summary>The body is JSON, which is YAML too.</summary>
    public const string Apply = "application/apply-patch+yaml";
    public const string JsonPatch = "application/json-patch+json";
    public const string MergePatch = "application/merge-patch+json";
}
