using System.Text;

namespace Canario.InferenceServer.Tensors;

/// <summary>Compares and shows names in requests and messages.</summary>
internal static class TensorNames
{
    private const int ShownCharacters = 64;
    private const int ShownNames = 20;

    public static bool Equal(ReadOnlySpan<byte> utf8, string name)
    {
        if (Ascii.IsValid(utf8)) return Ascii.Equals(utf8, name);
        return Encoding.UTF8.GetString(utf8) == name;
    }

    /// <summary>A client's text for a message: quoted, cut when long.</summary>
    public static string Quote(ReadOnlySpan<byte> utf8) => Quote(Encoding.UTF8.GetString(utf8));

    public static string Quote(string text) => text.Length <= ShownCharacters ? $"'{text}'" : $"'{text[..ShownCharacters]}…'";

    public static string List(IEnumerable<string> names)
    {
        string[] all = [.. names];
        string shown = string.Join(", ", all.Take(ShownNames).Select(name => $"'{name}'"));
        return all.Length <= ShownNames ? shown : $"{shown} and {all.Length - ShownNames} more";
    }
}
