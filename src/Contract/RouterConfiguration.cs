using System.Text.Json.Serialization;

namespace Canario.Contract;

/// <summary>How a router serves one ModelDeployment: the value of key <see cref="Key"/> of its ConfigMap, which carries <see cref="Labels.RouterConfig"/> and <see cref="Labels.Model"/>.</summary>
public sealed record RouterConfiguration
{
    public const string Key = "router.json";

    /// <summary>Hash of the rest, made by the operator. The router answers it at <see cref="HttpPaths.RouterConfig"/> once every new request is split by it.</summary>
    public required string Version { get; init; }
    public required string Namespace { get; init; }
    public required string Model { get; init; }
    /// <summary>HTTP/1.1 listener; HTTP/2 clear text is served on the next port.</summary>
    public required int Port { get; init; }
    /// <summary>Weights sum to 100.</summary>
    public required IReadOnlyList<RouterBackend> Backends { get; init; }
    /// <summary>First match wins, whatever the weights.</summary>
    public IReadOnlyList<RouterMatch> Matches { get; set; } = [];
    /// <summary>A revision that is warm and known to serve well, and so takes over, though it has weight 0, when no other can be reached. Null: none.</summary>
    public string? Fallback { get; init; }
    /// <summary>Null: nothing is copied.</summary>
    public RouterMirror? Mirror { get; init; }
    /// <summary>Header whose value keeps a user on one revision; empty: every request is split on its own. Falls back to the weighted random choice when the header is absent.</summary>
    public string StickyHeader { get; set; } = "";
    /// <summary>Cookie that does the same where the header is not there; null: none.</summary>
    public string? StickyCookie { get; init; }
    /// <summary>Somebody else serves the model from now on, and this configuration will go: every connection that is still open is closed after its next answer.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Leaving { get; set; }
    /// <summary>From the request sent to the response's head; 504 after it.</summary>
    public int TimeoutMilliseconds { get; set; } = 30_000;
}
