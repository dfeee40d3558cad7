using System.Text.Json;

namespace Canario.Operator.Reconcile;

/// <summary>Where a live object is not what was asked for. What is not asked for (defaults, status, other people's fields) is no difference here; see <see cref="Additions"/>.</summary>
static class Drift
{
    /// <summary>One line a difference, path and live value; the same differences give the same lines.</summary>
    public static IReadOnlySet<string> Find(JsonElement desired, JsonElement live)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        Compare(desired, live, "", found);
        return found;
    }

    private static void Compare(JsonElement desired, JsonElement live, string path, HashSet<string> found)
    {
        switch (desired.ValueKind)
        {
            case JsonValueKind.Object when live.ValueKind == JsonValueKind.Object:
                foreach (var property in desired.EnumerateObject())
                {
                    // Objects in a list come without them; the type is asked for by its path.
                    if (path.Length == 0 && property.Name is ("apiVersion" or "kind"))
                        continue;
                    if (live.TryGetProperty(property.Name, out var value))
                        Compare(property.Value, value, $"{path}.{property.Name}", found);
                    else if (!IsEmpty(property.Value))
                        found.Add($"{path}.{property.Name} is absent");
                }

                break;
            case JsonValueKind.Array when live.ValueKind == JsonValueKind.Array && desired.GetArrayLength() == live.GetArrayLength():
                for (var i = 0; i < desired.GetArrayLength(); i++)
                    Compare(desired[i], live[i], $"{path}[{i}]", found);
                break;
            default:
                if (!JsonElement.DeepEquals(desired, live))
                    found.Add($"{path} is {live.GetRawText()}");
                break;
        }
    }

    internal static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        _ => false,
    };
}
