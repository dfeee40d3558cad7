using System.Globalization;

namespace Canario.Rollouts;

/// <summary>Numbers in the messages of gates, the same in every culture.</summary>
static class GateText
{
    /// <param name="side">Empty: it is said already.</param>
    /// <param name="what">The bad requests are, such as failed.</param>
    public static string Share(string side, RateCounts counts, string what) => string.Create(
        CultureInfo.InvariantCulture,
        $"{side}{(side.Length > 0 ? " " : "")}{Percent(counts.Total == 0 ? 0 : (double)counts.Bad / counts.Total)} {what} ({counts.Bad} of {counts.Total})");

    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.##} %");
}
