using System.Text.Json;

namespace Canario.Kubernetes.Ownership;

/// <summary>Which fields of an object a manager owns, and by what kind of write it came to own them (the API's <c>ManagedFieldsEntry</c>).</summary>
internal sealed record ManagedFieldsEntry
{
    public const string Applied = "Apply";
    public const string Updated = "Update";

    public string? Manager { get; init; }
    public string? Operation { get; init; }
    public string? ApiVersion { get; init; }
    /// <summary>As the server wrote it: it goes back as it came.</summary>
    public string? Time { get; init; }
    public string? FieldsType { get; init; }
    /// <summary>A set as a tree: <c>f:</c> and <c>k:</c> keys, and <c>.</c> for the parent itself.</summary>
    public JsonElement? FieldsV1 { get; init; }
    public string? Subresource { get; init; }
}
