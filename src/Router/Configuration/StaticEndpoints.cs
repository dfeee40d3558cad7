using System.Text.Json.Serialization;

namespace Canario.Router.Configuration;

/// <summary>endpoints.json of a <see cref="DirectorySource"/>: the endpoints of each service.</summary>
internal sealed record StaticEndpoints
{
    public required IReadOnlyDictionary<string, IReadOnlyList<StaticEndpoint>> Services { get; init; }
}

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(StaticEndpoints))]
internal sealed partial class StaticEndpointsJson : JsonSerializerContext;
