using System.Globalization;
using Canario.Contract;

namespace Canario.Operator.Desired;

/// <summary>The annotations that Prometheus' customary pod discovery reads, for clusters without its operator.</summary>
static class Scraping
{
    public static SortedDictionary<string, string> BuildAnnotations(int port) => new(StringComparer.Ordinal)
    {
        ["prometheus.io/scrape"] = "true",
        ["prometheus.io/port"] = port.ToString(CultureInfo.InvariantCulture),
        ["prometheus.io/path"] = HttpPaths.Metrics,
    };
}
