using System.Globalization;
using System.Text.Json;

namespace Canario.InferenceServer.Models;

/// <summary>Compares an answer with what is expected of it.</summary>
internal static class JsonDifference
{
    private const int ShownCharacters = 80;

    /// <summary>The first place where they differ, in words; null: nowhere. Members that are not expected may be there.</summary>
    public static string? Find(JsonElement expected, JsonElement actual, double tolerance, string path = "answer")
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object when actual.ValueKind == JsonValueKind.Object:
                foreach (JsonProperty member in expected.EnumerateObject())
                {
                    string inner = $"{path}.{member.Name}";
                    if (!actual.TryGetProperty(member.Name, out JsonElement value)) return $"has no {inner}; {Show(member.Value)} is expected";
                    if (Find(member.Value, value, tolerance, inner) is { } difference) return difference;
                }

                return null;
            case JsonValueKind.Array when actual.ValueKind == JsonValueKind.Array:
                int length = expected.GetArrayLength();
                if (actual.GetArrayLength() != length) return $"has {actual.GetArrayLength()} elements in {path}; {length} are expected";
                for (int i = 0; i < length; i++)
                {
                    if (Find(expected[i], actual[i], tolerance, $"{path}[{i}]") is { } difference) return difference;
                }

                return null;
            case JsonValueKind.Number when actual.ValueKind == JsonValueKind.Number:
                double wanted = expected.GetDouble();
                double got = actual.GetDouble();
                // A share of an infinity is one too: any number would be near enough.
                return wanted.Equals(got) || (double.IsFinite(wanted) && Math.Abs(wanted - got) <= tolerance * Math.Max(1, Math.Abs(wanted)))
                    ? null
                    : string.Create(CultureInfo.InvariantCulture, $"has {got:R} in {path}; {wanted:R} is expected, give or take {tolerance:R}");
            case JsonValueKind.String when actual.ValueKind == JsonValueKind.String && expected.GetString() == actual.GetString():
            case JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null when actual.ValueKind == expected.ValueKind:
                return null;
            default:
                return $"has {Show(actual)} in {path}; {Show(expected)} is expected";
        }
    }

    private static string Show(JsonElement value)
    {
        string text = value.GetRawText();
        return text.Length <= ShownCharacters ? text : text[..ShownCharacters] + "…";
    }
}
