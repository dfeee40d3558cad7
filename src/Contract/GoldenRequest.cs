using System.Text.Json;

namespace Canario.Contract;

/// <summary>A request with the answer that a correct model gives. Exactly one of <see cref="Predict"/> and <see cref="Infer"/>.</summary>
public sealed record GoldenRequest
{
    /// <summary>Body of <c>/predict</c>.</summary>
    public JsonElement? Predict { get; init; }
    /// <summary>Body of a V2 infer request.</summary>
    public JsonElement? Infer { get; init; }
    /// <summary>Members that the answer must have: objects may have more of them, arrays not; numbers may differ by the tolerance.</summary>
    public required JsonElement Expect { get; init; }
    /// <summary>Instead of the file's.</summary>
    public double? Tolerance { get; init; }
}
