using System.Globalization;
using System.IO.Compression;

namespace Canario.Training.Data;

/// <summary>One row of data/digits.csv.gz: 8×8 pixels of 0 to 16, and the digit that they show.</summary>
internal sealed record Digit(double[] Pixels, int Label)
{
    public const int PixelCount = 64;

    public static IReadOnlyList<Digit> Read(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        var digits = new List<Digit>();
        while (reader.ReadLine() is { } line)
        {
            double[] cells = [.. line.Split(',').Select(c => double.Parse(c, CultureInfo.InvariantCulture))];
            digits.Add(new Digit(cells[..PixelCount], (int)cells[PixelCount]));
        }
        return digits;
    }
}
