using System.Security.Cryptography;
using System.Text;
using Canario.LocalCluster.Processes;

namespace Canario.LocalCluster.Images;

/// <summary>
/// All that the images are made of, as one digest: equal digests give equal images. It reads every source and not the files that are published, which take longer
/// to make than all the rest; a source that no image holds changes it too, which costs a build and can never serve an old image.
/// </summary>
internal static class ImageInputs
{
    // The last two are the recipe: the same sources built in another way are another image.
    private static readonly string[] Sources = ["src", "build/images.proj", "tests/LocalCluster/Images"];

    /// <summary>Of the folder of Operator.sln: what MSBuild, NuGet and the compiler read beside the sources.</summary>
    private static readonly HashSet<string> Settings = [".props", ".targets", ".config", ".json", ".editorconfig", ".globalconfig", ".txt"];

    private static readonly HashSet<string> Outputs = ["bin", "obj", "node_modules", "artifacts"];

    public static async Task<string> DigestAsync(string root, ImageOptions options, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, "sdk", Encoding.UTF8.GetBytes(await Command.RunAsync("dotnet", ["--version"], cancellationToken, root)));
        Append(hash, "tag", Encoding.UTF8.GetBytes(options.Tag));
        Append(hash, "compiled ahead of time", [options.ReadyToRun ? (byte)1 : (byte)0]);
        if (options.BaseImage is { } named)
        {
            Append(hash, "base image", Encoding.UTF8.GetBytes(named));
        }
        else
        {
            foreach (var file in BaseImage.Build().Files)
                Append(hash, $"base image, {file.Mode:D} {file.Path}", file.Content ?? []);
        }

        foreach (var path in Files(root))
            Append(hash, path, await File.ReadAllBytesAsync(Path.Combine(root, path), cancellationToken));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Relative paths, in the same order on every machine.</summary>
    public static IReadOnlyList<string> Files(string root)
    {
        var settings = Directory.EnumerateFiles(root).Where(path => Settings.Contains(Path.GetExtension(path)));
        return [.. settings.Concat(Sources.SelectMany(source => Under(Path.Combine(root, source)))).Select(path => Path.GetRelativePath(root, path)).Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Under(string path) =>
        File.Exists(path) ? [path]
        : !Directory.Exists(path) ? []
        : Directory.EnumerateFiles(path).Concat(
            Directory.EnumerateDirectories(path).Where(directory => !Outputs.Contains(Path.GetFileName(directory))).SelectMany(Under));

    // With lengths, so that bytes cannot move from one file to the next unseen.
    private static void Append(IncrementalHash hash, string name, byte[] content)
    {
        var header = Encoding.UTF8.GetBytes(name);
        hash.AppendData(BitConverter.GetBytes(header.Length));
        hash.AppendData(header);
        hash.AppendData(BitConverter.GetBytes(content.LongLength));
        hash.AppendData(content);
    }
}
