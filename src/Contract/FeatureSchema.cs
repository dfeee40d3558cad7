using System.Text.Json;
using System.Text.Json.Serialization;

namespace Canario.Contract;

/// <summary>One named feature of a model: where it goes and what it may be.</summary>
public sealed record FeatureSchema
{
    public required string Name { get; init; }
    /// <summary><c>number</c>, <c>integer</c>, <c>boolean</c> or <c>category</c>.</summary>
    public required string Type { get; init; }
    /// <summary>ONNX input that takes the feature.</summary>
    public required string Tensor { get; init; }
    /// <summary>Column in that input, whose shape is [N, columns]. A category that is one-hot encoded takes <c>Categories.Count</c> columns from here.</summary>
    public int Column { get; init; }
    /// <summary><c>index</c> (the category's position), <c>one-hot</c> or <c>string</c> (a string tensor). For categories only.</summary>
    public string Encoding { get; set; } = "index";
    public string? Description { get; init; }
    public double? Minimum { get; init; }
    public double? Maximum { get; init; }
    public IReadOnlyList<string> Categories { get; set; } = [];
    /// <summary>Used when the feature is not sent; absent: the feature is required. Of a number, null stands for NaN, as models have it that were trained with values missing.</summary>
    [JsonConverter(typeof(ExplicitNullConverter))]
    public JsonElement? Default { get; init; }
    /// <summary>Its values never appear in a log line, an error or a trace.</summary>
    public bool Sensitive { get; init; }
    /// <summary>Where answers to copies are compared with another model's, they are counted by its categories too: <see cref="Slices"/>. One category of a model at most, and none that is sensitive.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Slice { get; init; }
}
