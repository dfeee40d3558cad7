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

    // An image that unpacks to much more than a model may be is a bomb, or no model.
    private const int Expansion = 4;
    private const int MaximumOpenings = 3;

    // What marks a file of a lower layer as deleted.
    private const string Whiteout = ".wh.";
    private const string OpaqueWhiteout = ".wh..wh..opq";

    private static readonly string[] s_sideFiles = [ModelFiles.Metadata, ModelFiles.Baseline, ModelFiles.Golden];

    /// <summary>By path in the image; upper layers cover lower ones.</summary>
    public async Task<Dictionary<string, SourceFile>> UnpackAsync(IReadOnlyList<SourceFile> layers, long maximumBytes, CancellationToken cancellation)
    {
        var found = new Dictionary<string, SourceFile>(StringComparer.Ordinal);
        long budget = maximumBytes > long.MaxValue / Expansion ? long.MaxValue : maximumBytes * Expansion;
        long left = budget;
        int stored = 0;
        foreach (SourceFile layer in layers)
        {
            await using FileStream file = await OpenAsync(layer, maximumBytes, cancellation);
            try
            {
                await using Stream content = await DecompressAsync(file, layer, cancellation);
                await using var bounded = new BoundedStream(content, left, $"the image unpacks to more than {budget} bytes");
                stored = await UnpackAsync(bounded, layer, found, maximumBytes, stored, cancellation);
                left -= bounded.Position;
            }
            catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or InvalidOperationException or ArgumentException or OverflowException)
            {
                // The reader of archives checks little of what it reads before it counts with it.
                throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{layer.Shown} is not a tar archive that can be read: {e.Message}");
            }
            finally
            {
                // Its files are in the cache. A process that is told to end leaves it to the next one.
                if (!cancellation.IsCancellationRequested) Remove(file.Name);
            }
        }

        return found;
    }

    /// <summary>Fetches it where it is not in the cache. Another process that shares the cache may have unpacked and removed it meanwhile.</summary>
    private async Task<FileStream> OpenAsync(SourceFile layer, long maximumBytes, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            string path = await FetchAsync(layer, maximumBytes, cancellation);
            try
            {
                return File.OpenRead(path);
            }
            catch (FileNotFoundException e)
            {
                if (attempt == MaximumOpenings) throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{layer.Shown} was removed from the cache {attempt} times: {e.Message}");
            }
        }
    }

    private async Task<string> FetchAsync(SourceFile layer, long maximumBytes, CancellationToken cancellation)
    {
        try
        {
            if (await cache.FindAsync(layer.Sha256, cancellation) is { } path) return path;
        }
        catch (FileNotFoundException)
        {
            // Removed between two looks.
        }

        return (await downloader.FetchAsync(layer, layer.Sha256, maximumBytes, optional: false, cancellation))!;
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            // It costs room, nothing else.
        }
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

    /// <summary>How many files were put into the cache so far, of all layers.</summary>
    private async Task<int> UnpackAsync(Stream content, SourceFile layer, Dictionary<string, SourceFile> found, long maximumBytes, int stored, CancellationToken cancellation)
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
            if (++stored > MaximumFiles)
                throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{layer.Shown} brings more than {MaximumFiles} ONNX files and files beside them, those of the layers below counted");
            found[path] = new SourceFile { Shown = $"{path} in {layer.Shown}", LocalPath = await StoreAsync(entry.DataStream, $"{layer.Sha256} {entries}", cancellation) };
        }

        return stored;
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
    private async Task<string> StoreAsync(Stream data, string key, CancellationToken cancellation)
    {
        string partial = "";
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            (partial, FileStream to) = PartialPath.Open(cache.Folder, key);
            await using (to)
            {
                to.SetLength(0);
                byte[] buffer = new byte[1 << 17];
                int read;
                while ((read = await data.ReadAsync(buffer, cancellation)) > 0)
                {
                    hash.AppendData(buffer, 0, read);
                    await to.WriteAsync(buffer.AsMemory(0, read), cancellation);
                }

                string path = cache.PathOf(Convert.ToHexStringLower(hash.GetHashAndReset()));
                await to.FlushAsync(cancellation);
                File.Move(partial, path, overwrite: true);
                return path;
            }
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException and not EndOfStreamException)
        {
            throw cache.NotWritable(e);
        }
        finally
        {
            if (partial.Length > 0) File.Delete(partial);
        }
    }

    private static string Normalise(string path) => string.Join('/', path.Split('/').Where((part, i) => part.Length > 0 && part != ".")) + (path.EndsWith('/') ? "/" : "");
}
