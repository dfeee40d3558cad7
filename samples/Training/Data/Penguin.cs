using System.Globalization;

namespace Canario.Training.Data;

/// <summary>One row of data/penguins.csv; null where the field worker could not measure.</summary>
internal sealed record Penguin(string Species, string Island, double? BillLength, double? BillDepth, double? FlipperLength, double? BodyMass, string? Sex)
{
    public static IReadOnlyList<string> AllSpecies { get; } = ["Adelie", "Chinstrap", "Gentoo"];

    public static IReadOnlyList<Penguin> Read(string path) => [.. File.ReadLines(path).Skip(1).Select(Parse)];

    private static Penguin Parse(string line)
    {
        var cells = line.Split(',');
        return new Penguin(cells[0], cells[1], Number(cells[2]), Number(cells[3]), Number(cells[4]), Number(cells[5]), cells[6].Length == 0 ? null : cells[6]);
    }

    private static double? Number(string cell) => cell.Length == 0 ? null : double.Parse(cell, CultureInfo.InvariantCulture);
}
