using System.Globalization;
using System.Net;

namespace Canario.Demo;

/// <summary>The command line.</summary>
/// <param name="Rate">Requests a second.</param>
/// <param name="Host">This machine as pods see it; null: the local node's own address.</param>
internal sealed record DemoOptions(bool Help, bool Down, bool SkipImages, int Rate, IPAddress? Host)
{
    public static DemoOptions Parse(string[] arguments)
    {
        var options = new DemoOptions(false, false, false, 100, null);
        for (var i = 0; i < arguments.Length; i++)
        {
            options = arguments[i] switch
            {
                "-h" or "--help" => options with { Help = true },
                "down" => options with { Down = true },
                "--skip-images" => options with { SkipImages = true },
                "--rate" when i + 1 < arguments.Length => options with { Rate = ParseRate(arguments[++i]) },
                "--host" when i + 1 < arguments.Length => options with { Host = ParseHost(arguments[++i]) },
                var other => throw new DemoException($"{other} is no argument of the demo; see --help"),
            };
        }

        return options;
    }

    private static IPAddress ParseHost(string text) =>
        IPAddress.TryParse(text, out var host) ? host : throw new DemoException($"--host is {text}; it must be an IP address");

    private static int ParseRate(string text) =>
        int.TryParse(text, CultureInfo.InvariantCulture, out var rate) && rate is >= 1 and <= 1000
            ? rate
            : throw new DemoException($"--rate is {text}; it must be a whole number from 1 to 1000");
}
