using Canario.Training.Data;
using Canario.Training.Models;

namespace Canario.Training;

/// <summary>Everything that training makes, from the data alone.</summary>
internal static class SampleSet
{
    public static IReadOnlyList<SampleFile> Make(string samples, Action<string> report)
    {
        var penguins = Penguin.Read(Path.Combine(samples, "data", "penguins.csv"));
        var digits = Digit.Read(Path.Combine(samples, "data", "digits.csv.gz"));
        return
        [
            .. new PenguinSpecies(penguins).Make(report),
            .. new PenguinMass(penguins).Make(report),
            .. new Digits(digits).Make(report),
        ];
    }

    /// <summary>The samples folder of the checkout that holds <paramref name="start"/>.</summary>
    public static string Find(string start)
    {
        for (var directory = new DirectoryInfo(start); directory is not null; directory = directory.Parent)
        {
            var samples = Path.Combine(directory.FullName, "samples");
            if (File.Exists(Path.Combine(samples, "data", "penguins.csv")))
                return samples;
        }
        throw new DirectoryNotFoundException($"no samples/data/penguins.csv in {start} or above it; run inside the checkout or name the folder with --samples");
    }
}
