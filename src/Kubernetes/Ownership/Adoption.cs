using System.Text.Json;
using System.Text.Json.Nodes;

namespace Canario.Kubernetes.Ownership;

/// <summary>Turns what a manager owns by creating and updating into what it owns by applying. Pure.</summary>
internal static class Adoption
{
    /// <returns>The object's ownership afterwards; null: there is nothing to turn.</returns>
    public static IReadOnlyList<ManagedFieldsEntry>? Adopt(IReadOnlyList<ManagedFieldsEntry> entries, string manager)
    {
        ManagedFieldsEntry[] updated = [.. entries.Where(e => IsOf(e, manager, ManagedFieldsEntry.Updated))];
        if (updated.Length == 0)
            return null;
        // A manager has one applied set; the version that it was applied with last stays.
        var before = entries.FirstOrDefault(e => IsOf(e, manager, ManagedFieldsEntry.Applied));
        var applied = (before ?? updated[^1]) with
        {
            Operation = ManagedFieldsEntry.Applied,
            FieldsV1 = Unite([.. updated.Append(before).Select(e => e?.FieldsV1).OfType<JsonElement>()]),
        };
        return [.. entries.Where(e => !updated.Contains(e) && e != before), applied];
    }

    private static bool IsOf(ManagedFieldsEntry entry, string manager, string operation) =>
        entry.Manager == manager && entry.Operation == operation && entry.Subresource is null or "";

    private static JsonElement Unite(IReadOnlyList<JsonElement> sets)
    {
        if (sets.Count == 1)
            return sets[0];
        var all = new JsonObject();
        foreach (var set in sets)
            Merge(all, set);
        return JsonSerializer.SerializeToElement(all, OwnershipJson.Default.JsonObject);
    }

    private static void Merge(JsonObject target, JsonElement set)
    {
        foreach (var member in set.EnumerateObject())
        {
            if (target[member.Name] is not JsonObject child)
                target[member.Name] = child = [];
            Merge(child, member.Value);
        }
    }
}
