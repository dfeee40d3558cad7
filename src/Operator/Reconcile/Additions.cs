using System.Text.Json;
using System.Text.Json.Nodes;

namespace Canario.Operator.Reconcile;

/// <summary>
/// What somebody added to an object in a place where an addition breaks serving: one more label in a Service's selector, a node selector, a container.
/// Server-side apply leaves what others added alone, so it is taken out by a merge patch before. Elsewhere (labels, annotations such as that of
/// <c>kubectl rollout restart</c>, a Service's traffic policies) an addition is somebody's right. Pure.
/// </summary>
static class Additions
{
    private static readonly Dictionary<string, string[][]> s_exact = new(StringComparer.Ordinal)
    {
        ["ConfigMap"] = [["data"], ["binaryData"]],
        ["Deployment"] = [["spec", "template", "spec"]],
        ["PodDisruptionBudget"] = [["spec"]],
        ["Service"] = [["spec", "selector"], ["spec", "ports"], ["spec", "publishNotReadyAddresses"]],
    };

    /// <summary>What the API server fills in by itself.</summary>
    private static readonly HashSet<string> s_defaulted = new(StringComparer.Ordinal)
    {
        "apiVersion", "defaultMode", "divisor", "dnsPolicy", "failureThreshold", "imagePullPolicy", "nodePort", "periodSeconds", "protocol", "restartPolicy", "scheme",
        "successThreshold", "targetPort", "terminationGracePeriodSeconds", "terminationMessagePath", "terminationMessagePolicy", "timeoutSeconds",
    };

    /// <summary>What Kubernetes tells entries of a list from one another by: an entry with another of these is another entry, and apply would put the right one beside it.</summary>
    private static readonly string[] s_identity = ["name", "key", "port", "containerPort", "protocol", "mountPath", "topologyKey", "whenUnsatisfiable"];

    /// <param name="found">Gets one line an addition; the same additions give the same lines.</param>
    /// <returns>The merge patch that takes them out; null: there are none.</returns>
    public static JsonObject? Find(string kind, JsonElement desired, JsonElement live, ISet<string> found)
    {
        var patch = new JsonObject();
        foreach (var path in s_exact.GetValueOrDefault(kind) ?? [])
        {
            if (Descend(live, path) is { } there && TryFind(Descend(desired, path), there, string.Join('.', path), found, out var change))
                Put(patch, path, path is [.., "selector"] ? BuildWhole(Descend(desired, path), there, change) : change);
        }

        return patch.Count > 0 ? patch : null;
    }

    private static bool TryFind(JsonElement? desired, JsonElement live, string path, ISet<string> found, out JsonNode? change)
    {
        change = null;
        switch (desired?.ValueKind ?? JsonValueKind.Null)
        {
            case JsonValueKind.Null when IsNothing(live):
                return false;
            case JsonValueKind.Null:
                found.Add($"{path} is not asked for");
                return true;
            case JsonValueKind.Object when live.ValueKind == JsonValueKind.Object:
                change = FindInObject(desired!.Value, live, path, found);
                return change is not null;
            case JsonValueKind.Array when live.ValueKind == JsonValueKind.Array && !AreSameLists(desired!.Value, live, path, found):
                // A merge patch knows lists only as a whole.
                change = BuildList(desired.Value, live);
                return true;
            default:
                // Another value is no addition: apply mends it.
                return false;
        }
    }

    private static JsonObject? FindInObject(JsonElement desired, JsonElement live, string path, ISet<string> found)
    {
        var changes = new JsonObject();
        foreach (var property in live.EnumerateObject())
        {
            JsonElement? wanted = desired.TryGetProperty(property.Name, out var value) ? value : null;
            if (wanted is null && s_defaulted.Contains(property.Name))
                continue;
            if (TryFind(wanted, property.Value, $"{path}.{property.Name}", found, out var change))
                changes[property.Name] = change;
        }

        return changes.Count > 0 ? changes : null;
    }

    /// <summary>Labels of a selector go together with the values of the others: half of the way to another selector leads to pods that neither means.</summary>
    private static JsonNode? BuildWhole(JsonElement? desired, JsonElement live, JsonNode? change)
    {
        if (change is JsonObject labels && desired is { ValueKind: JsonValueKind.Object } wanted)
        {
            foreach (var label in wanted.EnumerateObject().Where(label => !live.TryGetProperty(label.Name, out var value) || !JsonElement.DeepEquals(value, label.Value)))
                labels[label.Name] = JsonValue.Create(label.Value.GetString());
        }

        return change;
    }

    private static JsonArray BuildList(JsonElement desired, JsonElement live)
    {
        var list = JsonArray.Create(desired.Clone())!;
        foreach (var entry in list.OfType<JsonObject>())
        {
            // Load balancers outside know it, and without it the API server would give another.
            if (entry["nodePort"] is null && FindNodePort(live, entry["name"]?.GetValue<string>()) is { } given)
                entry["nodePort"] = given;
        }

        return list;
    }

    private static int? FindNodePort(JsonElement ports, string? name)
    {
        foreach (var port in ports.EnumerateArray())
        {
            if (port.ValueKind == JsonValueKind.Object && port.TryGetProperty("name", out var its) && its.GetString() == name && port.TryGetProperty("nodePort", out var number))
                return number.GetInt32();
        }

        return null;
    }

    private static bool AreSameLists(JsonElement desired, JsonElement live, string path, ISet<string> found)
    {
        if (desired.GetArrayLength() != live.GetArrayLength())
        {
            found.Add($"{path} has {live.GetArrayLength()} entries");
            return false;
        }

        var same = true;
        for (var i = 0; i < desired.GetArrayLength(); i++)
        {
            if (IsAnother(desired[i], live[i]))
            {
                found.Add($"{path}[{i}] is another entry");
                same = false;
            }
            else if (TryFind(desired[i], live[i], $"{path}[{i}]", found, out _))
            {
                same = false;
            }
        }

        return same;
    }

    private static bool IsAnother(JsonElement desired, JsonElement live) =>
        desired.ValueKind == JsonValueKind.Object && live.ValueKind == JsonValueKind.Object
        && Array.Exists(s_identity, name => desired.TryGetProperty(name, out var wanted) && (!live.TryGetProperty(name, out var value) || !JsonElement.DeepEquals(wanted, value)));

    private static bool IsNothing(JsonElement value) =>
        value.ValueKind == JsonValueKind.False || Drift.IsEmpty(value) || (value.ValueKind == JsonValueKind.String && value.GetString()!.Length == 0);

    private static JsonElement? Descend(JsonElement? from, string[] path)
    {
        foreach (var name in path)
            from = from is { ValueKind: JsonValueKind.Object } parent && parent.TryGetProperty(name, out var child) ? child : null;
        return from;
    }

    private static void Put(JsonObject patch, string[] path, JsonNode? change)
    {
        foreach (var name in path[..^1])
        {
            if (patch[name] is not JsonObject child)
                patch[name] = child = [];
            patch = child;
        }

        patch[path[^1]] = change;
    }
}
