using System.Text.Json.Serialization;

namespace Canario.Operator.Retraining;

/// <summary>CloudEvents 1.0 in structured mode (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md).</summary>
sealed record CloudEvent
{
    public const string MediaType = "application/cloudevents+json";

    [JsonPropertyName("specversion")]
    public string SpecVersion { get; init; } = "1.0";
    public string Type { get; init; } = "dev.canario.retraining.requested";
    public required string Source { get; init; }

    /// <summary>With the source it tells a repetition.</summary>
    public required string Id { get; init; }
    public required string Subject { get; init; }
    public required DateTimeOffset Time { get; init; }
    [JsonPropertyName("datacontenttype")]
    public string DataContentType { get; init; } = "application/json";
    public required RetrainingReport Data { get; init; }

    public static CloudEvent Build(RetrainingReport report) => new()
    {
        Source = $"/apis/{Api.ModelDeployment.GroupVersion}/namespaces/{report.Namespace}/{Api.ModelDeployment.Plural}/{report.Model}",
        Id = report.Id,
        Subject = report.Revision,
        Time = report.At,
        Data = report,
    };
}
