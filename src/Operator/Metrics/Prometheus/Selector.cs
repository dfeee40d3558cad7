using System.Text;

namespace Canario.Operator.Metrics.Prometheus;

/// <summary>Builds PromQL selectors out of text that is not trusted to be free of quotes or regular expressions.</summary>
static class Selector
{
    private const string RegexCharacters = @"\.+*?()|[]{}^$-";

    /// <summary><c>{a="x",b=~"y|z"}</c>: one value is compared for equality, several as an alternative.</summary>
    public static string Build(params (string Label, IReadOnlyCollection<string> Values)[] matchers)
    {
        var text = new StringBuilder("{");
        foreach (var (label, values) in matchers)
        {
            if (values.Count == 0)
                continue;
            if (text.Length > 1)
                text.Append(',');
            text.Append(label)
                .Append(values.Count == 1 ? "=\"" : "=~\"")
                .Append(Quote(values.Count == 1 ? values.First() : string.Join('|', values.Select(EscapeRegex))))
                .Append('"');
        }

        return text.Append('}').ToString();
    }

    private static string Quote(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string EscapeRegex(string value)
    {
        var text = new StringBuilder(value.Length + 8);
        foreach (var c in value)
        {
            if (RegexCharacters.Contains(c, StringComparison.Ordinal))
                text.Append('\\');
            text.Append(c);
        }

        return text.ToString();
    }
}
