using Canario.Demo;

namespace Canario.Chaos;

/// <summary>One rollout of the series.</summary>
/// <param name="Strategy">Name of the strategy, for the table.</param>
/// <param name="IsGood">The version may be promoted; a bad one must not be.</param>
/// <param name="HasGap">The strategy serves nobody for a while, by design.</param>
internal sealed record Trial(string Strategy, bool IsGood, bool HasGap, Func<Manifests, string, string> Write)
{
    private const string Bake = "2s";

    /// <summary>Long enough for the gates to see what a version does with all of the traffic.</summary>
    private const string LongBake = "30s";

    /// <summary>Every strategy, with a good version and with a bad one where it can tell the two apart.</summary>
    public static IReadOnlyList<Trial> All { get; } =
    [
        Good("Canary", (manifests, version) => manifests.ShortCanary(version)),
        Bad("Canary", manifests => manifests.ShortCanary("v2-errors")),
        Good("BlueGreen", (manifests, version) => manifests.BlueGreen(version, Bake)),
        Bad("BlueGreen", manifests => manifests.BlueGreen("v2-errors", LongBake)),
        Good("Shadow", (manifests, version) => manifests.Shadow(version)),
        Bad("Shadow", manifests => manifests.Shadow("v2-drift")),
        Good("RollingUpdate", (manifests, version) => manifests.RollingUpdate(version, Bake)),
        Bad("RollingUpdate", manifests => manifests.RollingUpdate("v2-errors", LongBake)),
        Good("Recreate", (manifests, version) => manifests.Recreate(version, Bake)) with { HasGap = true },
        Bad("AB", manifests => manifests.Test("v2-errors")),
    ];

    private static Trial Good(string strategy, Func<Manifests, string, string> write) => new(strategy, true, false, write);

    private static Trial Bad(string strategy, Func<Manifests, string> write) => new(strategy, false, false, (manifests, _) => write(manifests));
}
