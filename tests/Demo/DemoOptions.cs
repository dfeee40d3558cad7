using System.Globalization;
using System.Net;

namespace Canario.Demo;

/// <summary>The command line.</summary>
/// <param name="Rate">Requests a second.</param>
/// <param name="Limit">The longest that one rollout may take.</param>
/// <param name="Host">This machine as pods see it; null: the local node's own address.</param>
internal sealed record DemoOptions(bool Help, bool Down, bool SkipImages, int Rate, TimeSpan Limit, IPAddress? Host)
{
    /// <summary>Stands for --host where that cannot be given, as in `make demo` and in tests.</summary>
    public const string HostVariable = "CANARIO_HOST";

    public static readonly TimeSpan DefaultLimit = TimeSpan.FromMinutes(5);

    public static IPAddress? HostOfEnvironment => Environment.GetEnvironmentVariable(HostVariable) is { Length: > 0 } text ? ParseHost(HostVariable, text) : null;

    public static DemoOptions Parse(string[] arguments)
    {
        var options = new DemoOptions(false, false, false, 100, DefaultLimit, HostOfEnvironment);
        for (var i = 0; i < arguments.Length; i++)
        {
            options = arguments[i] switch
            {
                "-h" or "--help" => options with { Help = true },
                "down" => options with { Down = true },
                "--skip-images" => options with { SkipImages = true },
                "--rate" when i + 1 < arguments.Length => options with { Rate = ParseNumber("--rate", arguments[++i], 1000) },
                "--limit" when i + 1 < arguments.Length => options with { Limit = TimeSpan.FromSeconds(ParseNumber("--limit", arguments[++i], 3600)) },
                "--host" when i + 1 < arguments.Length => options with { Host = ParseHost("--host", arguments[++i]) },
                var other => throw new DemoException($"{other} is no argument of the demo; see --help"),
            };
        }

        return options;
    }

    private static IPAddress ParseHost(string name, string text) =>
        IPAddress.TryParse(text, out var host) ? host : throw new DemoException($"{name} is {text}; it must be an IP address");

    private static int ParseNumber(string name, string text, int most) =>
        int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most
            ? number
            : throw new DemoException(string.Create(CultureInfo.InvariantCulture, $"{name} is {text}; it must be a whole number from 1 to {most}"));
}
