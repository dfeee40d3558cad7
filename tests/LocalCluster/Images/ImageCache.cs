using System.Security.Cryptography;

namespace Canario.LocalCluster.Images;

/// <summary>Archives of images that this machine has built, by the digest of their inputs: a fresh checkout of sources that were built before finds them too.</summary>
/// <param name="root">Holds a folder a digest. Whoever reads or writes here holds a lock, see <see cref="ContainerImages"/>.</param>
internal sealed class ImageCache(string root, TimeProvider time)
{
    /// <summary>Sets of images; each takes about 150 MB, and branches that are worked on in turn find theirs.</summary>
    public const int Kept = 4;

    private const string SumExtension = ".sha256";

    /// <summary>Copies the archives out; false when one is missing or is not what was put in.</summary>
    public async Task<bool> TryTakeAsync(string inputs, IReadOnlyList<string> archives, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(root, inputs);
        foreach (var archive in archives)
        {
            var kept = Path.Combine(folder, Path.GetFileName(archive));
            if (!File.Exists(kept + SumExtension) || !File.Exists(kept))
                return false;
            if (await File.ReadAllTextAsync(kept + SumExtension, cancellationToken) != await SumAsync(kept, cancellationToken))
                return false;
        }

        foreach (var archive in archives)
            File.Copy(Path.Combine(folder, Path.GetFileName(archive)), archive, overwrite: true);
        Directory.SetLastWriteTimeUtc(folder, time.GetUtcNow().UtcDateTime);
        return true;
    }

    public async Task PutAsync(string inputs, IReadOnlyList<string> archives, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(root, inputs)).FullName;
        foreach (var archive in archives)
        {
            var kept = Path.Combine(folder, Path.GetFileName(archive));
            // The sum goes first and comes last: an archive that was written halfway has none, or not its own.
            File.Delete(kept + SumExtension);
            File.Copy(archive, kept, overwrite: true);
            await File.WriteAllTextAsync(kept + SumExtension, await SumAsync(archive, cancellationToken), cancellationToken);
        }

        Directory.SetLastWriteTimeUtc(folder, time.GetUtcNow().UtcDateTime);
        foreach (var old in new DirectoryInfo(root).GetDirectories().OrderByDescending(directory => directory.LastWriteTimeUtc).Skip(Kept))
            old.Delete(recursive: true);
    }

    private static async Task<string> SumAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
    }
}
