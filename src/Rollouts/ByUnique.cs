namespace Canario.Rollouts;

static class ByUnique
{
    /// <summary>An index by name that throws when a name occurs twice: of two plug-ins of one name, one would silently never run.</summary>
    public static Dictionary<string, T> Name<T>(IReadOnlyList<T> items, Func<T, string> nameOf)
    {
        var index = new Dictionary<string, T>(items.Count, StringComparer.Ordinal);
        foreach (var item in items)
        {
            if (!index.TryAdd(nameOf(item), item))
            {
                throw new ArgumentException($"Two {typeof(T).Name} are named {nameOf(item)}; names are unique.", nameof(items));
            }
        }

        return index;
    }
}
