using System.Globalization;
using System.Text;

namespace Canario.Simulation;

/// <summary>Groups of bars as SVG, linear or logarithmic, with whiskers. Plain text, equal for equal numbers.</summary>
sealed class BarChart(string title, string axis, IReadOnlyList<string> groups, IReadOnlyList<string> series)
{
    const int Left = 70;
    const int Top = 64;
    const int Height = 260;
    const int BarWidth = 30;
    const int Gap = 34;

    // Okabe and Ito's colours, which the colour-blind can tell apart.
    static readonly string[] Colours = ["#0072B2", "#56B4E9", "#E69F00", "#D55E00"];

    readonly Dictionary<(int Group, int Series), Bar> bars = [];

    public bool Logarithmic { get; init; }

    public double Low { get; init; }

    public double High { get; init; } = 1;

    public IReadOnlyList<double> Ticks { get; init; } = [];

    public (double Value, string Label)? Line { get; init; }

    public void Add(int group, int seriesIndex, double value, string label, double? low = null, double? high = null) => bars[(group, seriesIndex)] = new Bar(value, label, low, high);

    public string Draw()
    {
        var groupWidth = series.Count * BarWidth + Gap;
        var width = Left + groups.Count * groupWidth + 20;
        var svg = new StringBuilder();
        Write(svg, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {Top + Height + 50}" width="{width}" height="{Top + Height + 50}" font-family="sans-serif" font-size="11">""");
        Write(svg, $"""<rect width="100%" height="100%" fill="#ffffff"/>""");
        Write(svg, $"""<text x="{Left}" y="18" font-size="14" font-weight="bold">{title}</text>""");
        for (var i = 0; i < series.Count; i++)
        {
            Write(svg, $"""<rect x="{Left + i * 130}" y="28" width="11" height="11" fill="{Colours[i]}"/><text x="{Left + 16 + i * 130}" y="38">{series[i]}</text>""");
        }

        Write(svg, $"""<text x="{Left - 62}" y="{Top - 8}">{axis}</text>""");
        foreach (var tick in Ticks)
        {
            Write(svg, $"""<line x1="{Left}" x2="{width - 10}" y1="{Y(tick):0.0}" y2="{Y(tick):0.0}" stroke="#dddddd"/><text x="{Left - 6}" y="{Y(tick) + 4:0.0}" text-anchor="end">{tick:0.###}</text>""");
        }

        foreach (var ((group, seriesIndex), bar) in bars.OrderBy(pair => pair.Key))
        {
            Draw(svg, bar, Left + Gap / 2 + group * groupWidth + seriesIndex * BarWidth, Colours[seriesIndex]);
        }

        for (var group = 0; group < groups.Count; group++)
        {
            Write(svg, $"""<text x="{Left + group * groupWidth + groupWidth / 2}" y="{Top + Height + 18}" text-anchor="middle">{groups[group]}</text>""");
        }

        if (Line is { } line)
        {
            Write(svg, $"""<line x1="{Left}" x2="{width - 10}" y1="{Y(line.Value):0.0}" y2="{Y(line.Value):0.0}" stroke="#000000" stroke-dasharray="5 4"/>""");
            Write(svg, $"""<text x="{Left}" y="{Top + Height + 40}">- - - {line.Label}</text>""");
        }

        svg.Append("</svg>\n");
        return svg.ToString();
    }

    void Draw(StringBuilder svg, Bar bar, int x, string colour)
    {
        var (y, bottom) = (Y(bar.Value), (double)(Top + Height));
        Write(svg, $"""<rect x="{x + 1}" y="{y:0.0}" width="{BarWidth - 2}" height="{Math.Max(0, bottom - y):0.0}" fill="{colour}"/>""");
        var top = y;
        if (bar is { Low: { } low, High: { } high })
        {
            top = Y(high);
            var middle = x + BarWidth / 2;
            Write(svg, $"""<path d="M{middle} {Y(low):0.0}V{top:0.0}M{middle - 4} {top:0.0}h8M{middle - 4} {Y(low):0.0}h8" stroke="#333333" fill="none"/>""");
        }

        Write(svg, $"""<text x="{x + BarWidth / 2}" y="{top - 4:0.0}" text-anchor="middle" font-size="9">{bar.Label}</text>""");
    }

    double Y(double value)
    {
        var share = Logarithmic ? Math.Log(Math.Max(value, Low) / Low) / Math.Log(High / Low) : (value - Low) / (High - Low);
        return Top + Height * (1 - Math.Clamp(share, 0, 1));
    }

    static void Write(StringBuilder svg, FormattableString line) => svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    sealed record Bar(double Value, string Label, double? Low, double? High);
}
