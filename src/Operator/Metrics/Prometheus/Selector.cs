using System.Text;

namespace Canario.Operator.Metrics.Prometheus;

/// <summary>Builds PromQL selectors out of text that is not trusted to be free of quotes or regular expressions.</summary>
static class Selector
{
    private const string RegexCharacters = @"\.+*?()|[]{}^$-";

    /// <summary><c>{__name__="m",a=~"y|z"}</c>: one value is compared for equality, several as an alternative.</summary>
    public static string Build(SeriesFilter filter)
    {
        var text = new StringBuilder("{");
        Append(text, MetricSeries.NameLabel, filter.Names);
        foreach (var (label, values) in filter.Labels)
        {
            if (values.Count > 0)
                Append(text.Append(','), label, values);
        }

        return text.Append('}').ToString();
    }

    private static void Append(StringBuilder text, string label, IReadOnlyCollection<string> values) => text
        .Append(label)
        .Append(values.Count == 1 ? "=\"" : "=~\"")
        .Append(Quote(values.Count == 1 ? values.First() : string.Join('|', values.Select(EscapeRegex))))
        .Append('"');

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
