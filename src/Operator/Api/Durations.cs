using System.Globalization;
using System.Text.RegularExpressions;

namespace Canario.Operator.Api;

/// <summary>Durations as Kubernetes and Go write them: <c>90s</c>, <c>5m</c>, <c>1h30m</c>, <c>1.5h</c>, <c>500ms</c>.</summary>
static partial class Durations
{
    /// <summary>A year: longer than any rollout, short enough that no sum of durations overflows.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    /// <summary>Null when the text is no duration or is longer than <see cref="Longest"/>.</summary>
    public static TimeSpan? Parse(string? text)
    {
        // .NET's $ also matches before a last line feed; the API server's does not.
        if (text is null || text.Length > Limits.DurationLength || text.EndsWith('\n') || !Whole().IsMatch(text))
        {
            return null;
        }

        var seconds = 0.0;
        foreach (Match part in Part().Matches(text))
        {
            var number = double.Parse(part.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            seconds += number * part.Groups[2].Value switch { "ms" => 0.001, "s" => 1, "m" => 60, _ => 3600 };
        }

        // Ticks of whole milliseconds: 0.2 s must equal the 200 ms bucket exactly.
        return seconds <= Longest.TotalSeconds ? TimeSpan.FromMilliseconds(Math.Round(seconds * 1000)) : null;
    }

    /// <summary>For a spec that <see cref="SpecValidator"/> has passed.</summary>
    public static TimeSpan Required(string text) => Parse(text) ?? throw new FormatException($"'{text}' is not a duration such as 90s, 5m or 1h30m.");

    [GeneratedRegex(Limits.DurationPattern, RegexOptions.CultureInvariant)]
    private static partial Regex Whole();

    [GeneratedRegex(@"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)", RegexOptions.CultureInvariant)]
    private static partial Regex Part();
}
