using System.Text.Json;

namespace Canario.Router.Mirroring;

/// <summary>
/// Compares two answers of inference servers. What predicts nothing (names, ids) is left out; classes, texts and booleans are labels, everything else that is a number is compared by its distance.
/// Total: an answer that cannot be read is not comparable.
/// </summary>
internal static class AnswerComparison
{
    private static readonly string[] s_members = ["prediction", "predictions", "probabilities", "outputs"];

    /// <returns>False: there is nothing to compare.</returns>
    public static bool TryCompare(MirrorAnswer stable, MirrorAnswer candidate, out AnswerDifference difference)
    {
        difference = default;
        if (!stable.IsReadable || !candidate.IsReadable || !stable.IsWhole || !candidate.IsWhole) return false;
        return TryCompare(stable.Body, stable.JsonLength, candidate.Body, candidate.JsonLength, out difference);
    }

    /// <param name="stableJson">Bytes of JSON before the raw tensors; -1: all is JSON.</param>
    /// <param name="candidateJson">The same.</param>
    public static bool TryCompare(ReadOnlyMemory<byte> stable, int stableJson, ReadOnlyMemory<byte> candidate, int candidateJson, out AnswerDifference difference)
    {
        difference = default;
        if (stableJson > stable.Length || candidateJson > candidate.Length) return false;
        try
        {
            using var one = JsonDocument.Parse(stableJson < 0 ? stable : stable[..stableJson]);
            using var other = JsonDocument.Parse(candidateJson < 0 ? candidate : candidate[..candidateJson]);
            if (one.RootElement.ValueKind != JsonValueKind.Object || other.RootElement.ValueKind != JsonValueKind.Object) return false;
            var tally = new DifferenceTally();
            bool found = one.RootElement.TryGetProperty("outputs", out var outputs) && outputs.ValueKind == JsonValueKind.Array
                ? TensorComparison.Compare(outputs, RawOf(stable, stableJson), other.RootElement, RawOf(candidate, candidateJson), tally)
                : CompareMembers(one.RootElement, other.RootElement, tally);
            difference = tally.Result;
            return found;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException)
        {
            return false;
        }
    }

    private static ReadOnlyMemory<byte> RawOf(ReadOnlyMemory<byte> answer, int json) => json < 0 ? default : answer[json..];

    private static bool CompareMembers(JsonElement stable, JsonElement candidate, DifferenceTally tally)
    {
        bool found = false;
        foreach (string name in s_members)
        {
            bool has = stable.TryGetProperty(name, out var value);
            if (candidate.TryGetProperty(name, out var other) != has) tally.Disagree();
            else if (has) Compare(value, other, IsLabel(stable, name), tally);
            found |= has;
        }
        return found;
    }

    // Beside the probabilities of classes a prediction is a class, also where classes are numbers.
    private static bool IsLabel(JsonElement parent, string name) => name == "prediction" && parent.TryGetProperty("probabilities", out _);

    private static void Compare(JsonElement stable, JsonElement candidate, bool isLabel, DifferenceTally tally)
    {
        if (stable.ValueKind == JsonValueKind.Number && candidate.ValueKind == JsonValueKind.Number)
        {
            if (!isLabel) tally.Number(stable.GetDouble(), candidate.GetDouble());
            else if (stable.GetDouble() != candidate.GetDouble()) tally.Disagree();
        }
        // Another kind is another shape; of booleans and nulls the kind is the value.
        else if (stable.ValueKind != candidate.ValueKind) tally.Disagree();
        else if (stable.ValueKind == JsonValueKind.String)
        {
            if (!candidate.ValueEquals(stable.GetString())) tally.Disagree();
        }
        else if (stable.ValueKind == JsonValueKind.Object) CompareObjects(stable, candidate, tally);
        else if (stable.ValueKind == JsonValueKind.Array) CompareArrays(stable, candidate, tally);
    }

    private static void CompareObjects(JsonElement stable, JsonElement candidate, DifferenceTally tally)
    {
        if (stable.GetPropertyCount() != candidate.GetPropertyCount()) tally.Disagree();
        foreach (var member in stable.EnumerateObject())
        {
            if (candidate.TryGetProperty(member.Name, out var other)) Compare(member.Value, other, IsLabel(stable, member.Name), tally);
            else tally.Disagree();
        }
    }

    private static void CompareArrays(JsonElement stable, JsonElement candidate, DifferenceTally tally)
    {
        if (stable.GetArrayLength() != candidate.GetArrayLength()) tally.Disagree();
        foreach (var (value, other) in stable.EnumerateArray().Zip(candidate.EnumerateArray())) Compare(value, other, isLabel: false, tally);
    }
}
