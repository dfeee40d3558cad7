using System.Globalization;

namespace Canario.LoadGenerator;

/// <summary>The command line as options, or what is wrong with it.</summary>
internal static class Arguments
{
    public const string Usage = """
        Sends HTTP/1.1 requests at a constant rate and counts what comes back.

          --url URL            http address on this machine or in a private network, such as http://127.0.0.1:30080/predict
          --requests FILE      one JSON body a line, drawn at random (default: GET without a body)
          --rate N             requests a second (default 50)
          --duration D         such as 60s, 5m (default: until Ctrl-C)
          --timeout D          of one request (default 10s)
          --max-in-flight N    requests under way at once (default: all that come due within the timeout, 512 at least)
          --seed N             of the draw (default 1)
          --help               this text

        Progress goes to standard error, the summary as JSON to standard output. Exit status 0: no request failed; 1: some did; 2: bad arguments.
        """;

    public static LoadOptions Parse(string[] arguments)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < arguments.Length; i += 2)
        {
            if (arguments[i] is not ("--url" or "--requests" or "--rate" or "--duration" or "--timeout" or "--max-in-flight" or "--seed"))
                throw new FormatException($"unknown argument {arguments[i]}");
            if (i + 1 == arguments.Length)
                throw new FormatException($"{arguments[i]} needs a value");
            values[arguments[i]] = arguments[i + 1];
        }
        var url = values.GetValueOrDefault("--url") ?? throw new FormatException("--url is required");
        var options = new LoadOptions
        {
            Url = Uri.TryCreate(url, UriKind.Absolute, out var parsed) ? parsed : throw new FormatException($"--url is {url}; it must be an absolute http:// address"),
        };
        options = options with
        {
            Bodies = values.TryGetValue("--requests", out var file) ? LoadOptions.ReadBodies(file) : [],
            Rate = Number("--rate", options.Rate),
            Duration = values.ContainsKey("--duration") ? Duration("--duration", default) : null,
            Timeout = Duration("--timeout", options.Timeout),
            MaxInFlight = values.ContainsKey("--max-in-flight") ? (int)Number("--max-in-flight", 0) : null,
            Seed = (ulong)Number("--seed", options.Seed),
        };
        return options.Problem() is { } problem ? throw new FormatException(problem) : options;

        double Number(string name, double fallback) => !values.TryGetValue(name, out var text) ? fallback
            : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= 0 ? number
            : throw new FormatException($"{name} is {text}; it must be a number");

        TimeSpan Duration(string name, TimeSpan fallback)
        {
            if (!values.TryGetValue(name, out var text))
                return fallback;
            var seconds = text.Length == 0 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 };
            return seconds > 0 && double.TryParse(text[..^1], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 1e6
                ? TimeSpan.FromSeconds(number * seconds)
                : throw new FormatException($"{name} is {text}; it must be a number and s, m or h, such as 60s");
        }
    }
}
