using System.Text;
using System.Text.Json;

namespace Canario.Kubernetes.Models;

/// <summary>
/// Gives equal short strings one instance. The objects of a cluster repeat the same few keys, kinds, names and uids in all of their metadata, which are
/// most of what a cache holds. Lossy: a slot keeps what it saw last, so that neither its size nor the time of a look-up grows with the cluster.
/// </summary>
internal static class StringPool
{
    private const int Slots = 1 << 13;
    private const int LongestBytes = 128;

    // Strings are immutable and references are written whole: a race costs one more copy.
    private static readonly string?[] s_slots = new string?[Slots];

    /// <summary>The string, or the property name, that the reader stands on.</summary>
    public static string Get(ref Utf8JsonReader reader)
    {
        var bytes = reader.ValueSpan;
        if (reader.HasValueSequence || reader.ValueIsEscaped || bytes.Length is 0 or > LongestBytes)
            return reader.GetString()!;
        var hash = new HashCode();
        hash.AddBytes(bytes);
        ref var slot = ref s_slots[hash.ToHashCode() & (Slots - 1)];
        return slot is { } known && IsSame(known, bytes) ? known : slot = Encoding.UTF8.GetString(bytes);
    }

    private static bool IsSame(string known, ReadOnlySpan<byte> bytes) => known.Length == bytes.Length && Ascii.Equals(bytes, known);
}
