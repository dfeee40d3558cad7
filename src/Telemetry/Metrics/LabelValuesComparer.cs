namespace Canario.Telemetry.Metrics;

internal sealed class LabelValuesComparer : IEqualityComparer<string[]>
{
    public static LabelValuesComparer Instance { get; } = new();

    public bool Equals(string[]? x, string[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode(string[] obj)
    {
        var hash = new HashCode();
        foreach (var value in obj)
            hash.Add(value, StringComparer.Ordinal);
        return hash.ToHashCode();
    }
}
