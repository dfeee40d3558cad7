using System.Globalization;
using System.Text;

namespace Canario.Operator.Metrics.Direct;

/// <summary>Prometheus' text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/), as far as our own processes write it: no timestamps, no exemplars. Pure.</summary>
static class Exposition
{
    private const string TypeLine = "# TYPE ";

    /// <param name="chosen">Metrics to read, by the name that stands at the line's start; all others are passed over unread.</param>
    /// <exception cref="InvalidDataException">A line of a chosen metric is malformed.</exception>
    public static List<ScrapedSeries> Read(string page, Func<string, bool> chosen)
    {
        var read = new List<ScrapedSeries>();
        var gauges = new HashSet<string>(StringComparer.Ordinal);
        foreach (var found in page.AsSpan().EnumerateLines())
        {
            var line = found.TrimEnd();
            if (line.StartsWith(TypeLine) && line.EndsWith(" gauge"))
                gauges.Add(line[TypeLine.Length..line.LastIndexOf(' ')].ToString());
            if (line.IsEmpty || line[0] == '#')
                continue;
            var end = line.IndexOfAny('{', ' ');
            if (end <= 0)
                throw new InvalidDataException($"'{Cut(line)}' is no line of metrics");
            var name = line[..end].ToString();
            if (chosen(name))
                read.Add(ReadLine(name, line.ToString(), end, gauges.Contains(name)));
        }

        return read;
    }

    private static ScrapedSeries ReadLine(string name, string line, int at, bool isGauge)
    {
        var labels = new List<KeyValuePair<string, string>>();
        if (line[at] == '{')
            at = ReadLabels(line, at + 1, labels);
        var value = line.AsSpan(at).Trim();
        return TryParse(value, out var number)
            ? new ScrapedSeries(name, labels, number, isGauge)
            : throw new InvalidDataException($"'{Cut(line)}': '{Cut(value)}' is no value");
    }

    /// <returns>The position behind the closing brace.</returns>
    private static int ReadLabels(string line, int at, List<KeyValuePair<string, string>> labels)
    {
        while (at < line.Length && line[at] != '}')
        {
            var equals = line.IndexOf("=\"", at, StringComparison.Ordinal);
            if (equals < 0)
                break;
            var label = line[at..equals];
            var value = new StringBuilder();
            for (at = equals + 2; at < line.Length && line[at] != '"'; at++)
            {
                if (line[at] == '\\' && at + 1 < line.Length)
                    value.Append(line[++at] == 'n' ? '\n' : line[at]);
                else
                    value.Append(line[at]);
            }

            labels.Add(KeyValuePair.Create(label, value.ToString()));
            at += at + 1 < line.Length && line[at + 1] == ',' ? 2 : 1;
        }

        return at < line.Length && line[at] == '}' ? at + 1 : throw new InvalidDataException($"'{Cut(line)}': its labels have no end");
    }

    private static bool TryParse(ReadOnlySpan<char> text, out double value)
    {
        value = text is "+Inf" ? double.PositiveInfinity : text is "-Inf" ? double.NegativeInfinity : double.NaN;
        return !double.IsNaN(value) || text is "NaN" || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    private static string Cut(ReadOnlySpan<char> text) => text.Length <= 80 ? text.ToString() : $"{text[..80]}…";
}
