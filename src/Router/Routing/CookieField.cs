namespace Canario.Router.Routing;

/// <summary>The value of a request's <c>Cookie</c> field: <c>name=value; name=value</c> (RFC 6265, section 4.2.1).</summary>
internal static class CookieField
{
    public const string Name = "Cookie";

    /// <returns>The first cookie's of that name, as it stands; empty: there is none.</returns>
    public static ReadOnlySpan<char> Find(ReadOnlySpan<char> field, ReadOnlySpan<char> name)
    {
        foreach (var part in field.Split(';'))
        {
            ReadOnlySpan<char> pair = field[part].Trim(" \t");
            int equals = pair.IndexOf('=');
            if (equals == name.Length && pair.StartsWith(name, StringComparison.Ordinal)) return pair[(equals + 1)..];
        }
        return [];
    }
}
