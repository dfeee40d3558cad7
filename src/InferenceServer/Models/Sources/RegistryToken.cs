using System.Text.Json.Serialization;

namespace Canario.InferenceServer.Models.Sources;

/// <summary>A token server's answer; servers use the one or the other name.</summary>
internal sealed record RegistryToken
{
    public string? Token { get; init; }

    [JsonPropertyName("access_token")]
    public string? AccessToken { get; init; }
}
