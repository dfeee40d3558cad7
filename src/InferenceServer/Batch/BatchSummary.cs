using System.Text.Json.Serialization;

namespace Canario.InferenceServer.Batch;

/// <summary>What a batch has done, for the standard output.</summary>
internal sealed record BatchSummary
{
    public required bool Complete { get; init; }
    public required string Model { get; init; }
    public required string Revision { get; init; }
    public required string Input { get; init; }
    public required string Output { get; init; }
    public required string Errors { get; init; }
    public required long Rows { get; init; }
    public required long Predicted { get; init; }
    public required long Refused { get; init; }
    /// <summary>Of all processes that worked on it.</summary>
    public required double Seconds { get; init; }
    public required double RowsPerSecond { get; init; }
    /// <summary>Rows that an earlier process had done.</summary>
    public required long ResumedAtRow { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }
}
