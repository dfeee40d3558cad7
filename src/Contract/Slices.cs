using System.Diagnostics.CodeAnalysis;

namespace Canario.Contract;

/// <summary>Parts of the requests, each with one category of the feature that the schema marks with <see cref="FeatureSchema.Slice"/>. As the header's value <c>feature=category</c>, both percent-encoded; as a metric's label the same in clear.</summary>
public static class Slices
{
    /// <summary>Categories with a slice of their own; the rest share <see cref="Bins.Other"/>.</summary>
    public const int MostNamed = 15;

    /// <summary>Characters of a header's value.</summary>
    public const int MostLength = 256;

    /// <returns>Null: it is too long to be told.</returns>
    public static string? Encode(string feature, string category)
    {
        var text = $"{Uri.EscapeDataString(feature)}={Uri.EscapeDataString(category)}";
        return text.Length <= MostLength ? text : null;
    }

    /// <param name="text">A header's value, from whoever answers.</param>
    /// <param name="slice">The label.</param>
    public static bool TryDecode(string text, [NotNullWhen(true)] out string? slice)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var isOne = text.Length <= MostLength && equals > 0 && equals < text.Length - 1;
        slice = isOne ? $"{Uri.UnescapeDataString(text[..equals])}={Uri.UnescapeDataString(text[(equals + 1)..])}" : null;
        return isOne;
    }
}
