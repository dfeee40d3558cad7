using System.Text.Json.Serialization;

namespace Canario.Kubernetes.Models;

/// <summary>The API server's answer that is not an object: an error, or the outcome of a delete.</summary>
public sealed record Status
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public ListMeta? Metadata { get; set; }
    /// <summary>Success or Failure.</summary>
    [JsonPropertyName("status")]
    public string? State { get; set; }
    public string? Message { get; set; }
    /// <summary>NotFound, AlreadyExists, Conflict, Invalid, Expired and so on.</summary>
    public string? Reason { get; set; }
    public StatusDetails? Details { get; set; }
    /// <summary>The HTTP status code.</summary>
    public int? Code { get; set; }
}
