using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Canario.Contract;
using Canario.InferenceServer.Models.Fetching;

namespace Canario.InferenceServer.Models.Sources;

/// <summary>Takes a model's files out of an image's layers, into the cache.</summary>
internal sealed class ImageFiles(Downloader downloader, ModelCache cache)
{
    private const int MaximumFiles = 64;
    private const int MaximumEntries = 200_000;

    // A layer that unpacks to much more than a model may be is a bomb, or no model.
    private const int Expansion = 4;

    // What marks a file of a lower layer as deleted.
    private const string Whiteout = ".wh.";
    private const string OpaqueWhiteout = ".wh..wh..opq";

    private static readonly string[] s_sideFiles = [ModelFiles.Metadata, ModelFiles.Baseline, ModelFiles.Golden];

    /// <summary>By path in the image; upper layers cover lower ones.</summary>
    public async Task<Dictionary<string, SourceFile>> UnpackAsync(IReadOnlyList<SourceFile> layers, long maximumBytes, CancellationToken cancellation)
    {
        var found = new Dictionary<string, SourceFile>(StringComparer.Ordinal);
        foreach (SourceFile layer in layers)
        {
            string path = await cache.FindAsync(layer.Sha256, cancellation)
                ?? (await downloader.FetchAsync(layer, layer.Sha256, maximumBytes, optional: false, cancellation))!;
            try
            {
                await using FileStream file = File.OpenRead(path);
                await using Stream content = await DecompressAsync(file, layer, cancellation);
                await using var bounded = new BoundedStream(content, maximumBytes > long.MaxValue / Expansion ? long.MaxValue : maximumBytes * Expansion);
                await UnpackAsync(bounded, layer, found, maximumBytes, cancellation);
            }
            catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException)
            {
                throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{layer.Shown} is not a tar archive that can be read: {e.Message}");
            }
        }

        return found;
    }

    /// <summary>By its first bytes: media types are not always right.</summary>
    private static async Task<Stream> DecompressAsync(FileStream file, SourceFile layer, CancellationToken cancellation)
    {
        byte[] begin = new byte[4];
        await file.ReadAtLeastAsync(begin, begin.Length, throwOnEndOfStream: false, cancellation);
        file.Position = 0;
        if (begin.AsSpan().SequenceEqual<byte>([0x28, 0xB5, 0x2F, 0xFD]))
            throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{layer.Shown} is packed with zstd; gzip and plain tar can be read");
        return begin[0] == 0x1F && begin[1] == 0x8B ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    private async Task UnpackAsync(Stream content, SourceFile layer, Dictionary<string, SourceFile> found, long maximumBytes, CancellationToken cancellation)
    {
        await using var reader = new TarReader(content);
        // What this layer deletes is of the layers below, wherever in the archive it says so.
        var below = new Dictionary<string, SourceFile>(found, StringComparer.Ordinal);
        int entries = 0;
        while (await reader.GetNextEntryAsync(copyData: false, cancellation) is { } entry)
        {
            if (++entries > MaximumEntries) throw new InvalidDataException($"it has more than {MaximumEntries} entries");
            string path = Normalise(entry.Name);
            string name = path[(path.LastIndexOf('/') + 1)..];
            string folder = path[..^name.Length];
            if (name == OpaqueWhiteout) Remove(below, found, folder);
            else if (name.StartsWith(Whiteout, StringComparison.Ordinal)) Remove(below, found, folder + name[Whiteout.Length..]);
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || entry.DataStream is null) continue;
            if (!name.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) && !s_sideFiles.Contains(name)) continue;
            if (entry.Length > maximumBytes) throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{path} in {layer.Shown} is larger than {maximumBytes} bytes");
            if (found.Count >= MaximumFiles) throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{layer.Shown} brings more than {MaximumFiles} ONNX files and files beside them");
            found[path] = new SourceFile { Shown = $"{path} in {layer.Shown}", LocalPath = await StoreAsync(entry.DataStream, cancellation) };
        }
    }

    private static void Remove(Dictionary<string, SourceFile> below, Dictionary<string, SourceFile> found, string path)
    {
        string folder = path.Length == 0 || path.EndsWith('/') ? path : path + "/";
        foreach ((string name, SourceFile file) in below)
        {
            bool gone = name == path || name.StartsWith(folder, StringComparison.Ordinal);
            if (gone && found.GetValueOrDefault(name) == file) found.Remove(name);
        }
    }

    /// <summary>By its digest, so the name in the archive is never a path on this machine.</summary>
    private async Task<string> StoreAsync(Stream data, CancellationToken cancellation)
    {
        string partial = Path.Combine(cache.Folder, $".{Guid.NewGuid():N}.partial");
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            await using (FileStream to = new(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, useAsync: true))
            {
                byte[] buffer = new byte[1 << 17];
                int read;
                while ((read = await data.ReadAsync(buffer, cancellation)) > 0)
                {
                    hash.AppendData(buffer, 0, read);
                    await to.WriteAsync(buffer.AsMemory(0, read), cancellation);
                }
            }

            string path = cache.PathOf(Convert.ToHexStringLower(hash.GetHashAndReset()));
            File.Move(partial, path, overwrite: true);
            return path;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException and not EndOfStreamException)
        {
            throw cache.NotWritable(e);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static string Normalise(string path) => string.Join('/', path.Split('/').Where((part, i) => part.Length > 0 && part != ".")) + (path.EndsWith('/') ? "/" : "");
}
