using System.Diagnostics;

namespace Canario.Training;

/// <summary>The command: trains and writes, or trains and compares.</summary>
internal static class TrainingCommand
{
    private const string Usage = """
        Trains the sample models from samples/data and writes them below samples/.

          --check          write nothing; fail unless the committed files are what training makes, byte for byte
          --samples PATH   the samples folder (default: found from the current folder upwards)
          --help           this text
        """;

    public static int Run(string[] arguments, TextWriter output, TextWriter error)
    {
        var (check, samples) = (false, (string?)null);
        for (var i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--check":
                    check = true;
                    break;
                case "--samples" when i + 1 < arguments.Length:
                    samples = arguments[++i];
                    break;
                case "--help" or "-h":
                    output.WriteLine(Usage);
                    return 0;
                default:
                    error.WriteLine($"unknown argument {arguments[i]}\n\n{Usage}");
                    return 2;
            }
        }
        return Run(samples ?? SampleSet.Find(Directory.GetCurrentDirectory()), check, output, error);
    }

    private static int Run(string samples, bool check, TextWriter output, TextWriter error)
    {
        var clock = Stopwatch.StartNew();
        var files = SampleSet.Make(samples, output.WriteLine);
        var differing = files.Where(file => !IsSame(Path.Combine(samples, file.Path), file.Content)).ToArray();
        if (check)
        {
            foreach (var file in differing)
                error.WriteLine($"samples/{file.Path} is not what training makes; run: dotnet run -c Release --project samples/Training");
            // A manifest that names another file's digest would be refused by the server only at run time.
            var stale = Manifests.Stale(samples, files).ToArray();
            foreach (var line in stale)
                error.WriteLine(line);
            output.WriteLine($"{files.Count - differing.Length} of {files.Count} files are as training makes them, {stale.Length} stale digests ({clock.Elapsed.TotalSeconds:F1} s)");
            return differing.Length + stale.Length == 0 ? 0 : 1;
        }
        foreach (var file in differing)
        {
            var path = Path.Combine(samples, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, file.Content);
            output.WriteLine($"wrote samples/{file.Path}, {file.Content.Length} bytes");
        }
        output.WriteLine($"{differing.Length} of {files.Count} files changed ({clock.Elapsed.TotalSeconds:F1} s)");
        return 0;
    }

    private static bool IsSame(string path, byte[] content) => File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(content);
}
