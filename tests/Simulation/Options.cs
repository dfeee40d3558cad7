using System.Globalization;

namespace Canario.Simulation;

sealed record Options
{
    public const int MaxRollouts = 100_000;

    public int Rollouts { get; init; } = 400;

    public ulong Seed { get; init; } = 1;

    /// <summary>Folder that the page is written into; null: docs of this checkout.</summary>
    public string? Docs { get; init; }

    public bool Help { get; init; }

    /// <exception cref="FormatException">Says which argument, its value and what is allowed.</exception>
    public static Options Parse(IReadOnlyList<string> arguments)
    {
        var options = new Options();
        for (var i = 0; i < arguments.Count; i++)
        {
            options = arguments[i] switch
            {
                "--rollouts" => options with { Rollouts = (int)Number("--rollouts", Value(arguments, ++i), 1, MaxRollouts) },
                "--seed" => options with { Seed = Number("--seed", Value(arguments, ++i), 0, ulong.MaxValue) },
                "--docs" => options with { Docs = Value(arguments, ++i) },
                "-h" or "--help" => options with { Help = true },
                var unknown => throw new FormatException($"There is no option {unknown}; --help says which there are."),
            };
        }

        return options;
    }

    static string Value(IReadOnlyList<string> arguments, int index) =>
        index < arguments.Count ? arguments[index] : throw new FormatException($"{arguments[index - 1]} needs a value.");

    static ulong Number(string name, string value, ulong low, ulong high) =>
        ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= low && number <= high
            ? number
            : throw new FormatException($"{name} is {value}; it must be a whole number from {low} to {high}.");
}
