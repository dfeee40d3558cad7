using System.Globalization;

namespace Canario.Rollouts;

/// <summary>Numbers in the messages of gates, the same in every culture.</summary>
static class GateText
{
    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.##} %");
}
