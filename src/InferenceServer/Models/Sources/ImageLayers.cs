using System.Formats.Tar;
using System.IO.Compression;
using Canario.Contract;

namespace Canario.InferenceServer.Models.Sources;

/// <summary>Layers of one image, on this machine for as long as files are taken out of them: where a model's weights are is known only once the model is out.</summary>
/// <param name="files">Brings them and keeps what is taken out.</param>
/// <param name="layers">The lowest first.</param>
/// <param name="maximumBytes">Of a layer, and of a file in it.</param>
/// <param name="cancellation">Ends all that goes on with them.</param>
internal sealed class ImageLayers(ImageFiles files, IReadOnlyList<SourceFile> layers, long maximumBytes, CancellationToken cancellation) : IAsyncDisposable
{
    private const int MaximumEntries = 200_000;

    // An image that unpacks to much more than a model may be is a bomb, or no model; so is one that is so large packed.
    private const int Expansion = 4;

    // What marks a file of a lower layer as deleted.
    private const string Whiteout = ".wh.";
    private const string OpaqueWhiteout = ".wh..wh..opq";

    private readonly FileStream?[] _open = new FileStream?[layers.Count];
    private readonly long _budget = maximumBytes > long.MaxValue / Expansion ? long.MaxValue : maximumBytes * Expansion;

    public int Count => layers.Count;

    /// <summary>By path in the image; upper layers cover lower ones.</summary>
    /// <param name="wants">By path; the files of lower layers are asked for too.</param>
    /// <param name="maximumFiles">Of all layers together, also those that upper layers cover.</param>
    /// <exception cref="ModelLoadException">Layers cannot be fetched or read, or are too much.</exception>
    public async Task<Dictionary<string, SourceFile>> TakeAsync(Predicate<string> wants, int maximumFiles)
    {
        var found = new Dictionary<string, SourceFile>(StringComparer.Ordinal);
        long left = _budget;
        int stored = 0;
        for (int i = 0; i < layers.Count; i++)
        {
            FileStream file = _open[i] ??= await files.OpenAsync(layers[i], maximumBytes, cancellation);
            try
            {
                await using Stream content = await DecompressAsync(file, layers[i]);
                await using var bounded = new BoundedStream(content, left, $"the image unpacks to more than {_budget} bytes");
                stored = await TakeAsync(bounded, layers[i], found, wants, maximumFiles, stored);
                left -= bounded.Position;
                // Behind an archive's end anything may follow, which nobody unpacks.
                if (_open.Sum(open => open?.Length ?? 0) > _budget) throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{layers[i].Shown} and the layers below it are larger than {_budget} bytes");
            }
            catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or InvalidOperationException or ArgumentException or OverflowException)
            {
                // The reader of archives checks little of what it reads before it counts with it.
                throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{layers[i].Shown} is not a tar archive that can be read: {e.Message}");
            }
        }

        return found;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (FileStream? file in _open)
        {
            if (file is null) continue;
            await file.DisposeAsync();
            // Its files are in the cache. A process that is told to end leaves it to the next one.
            if (!cancellation.IsCancellationRequested) Remove(file.Name);
        }
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
    private async Task<Stream> DecompressAsync(FileStream file, SourceFile layer)
    {
        byte[] begin = new byte[4];
        file.Position = 0;
        await file.ReadAtLeastAsync(begin, begin.Length, throwOnEndOfStream: false, cancellation);
        file.Position = 0;
        if (begin.AsSpan().SequenceEqual<byte>([0x28, 0xB5, 0x2F, 0xFD]))
            throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{layer.Shown} is packed with zstd; gzip and plain tar can be read");
        // Either leaves the file open for the next time.
        return begin[0] == 0x1F && begin[1] == 0x8B ? new GZipStream(file, CompressionMode.Decompress, leaveOpen: true) : new BoundedStream(file, long.MaxValue, "");
    }

    /// <summary>How many files were put into the cache so far, of all layers.</summary>
    private async Task<int> TakeAsync(Stream content, SourceFile layer, Dictionary<string, SourceFile> found, Predicate<string> wants, int maximumFiles, int stored)
    {
        await using var reader = new TarReader(content, leaveOpen: true);
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
            if (!wants(path)) continue;
            if (entry.Length > maximumBytes) throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{path} in {layer.Shown} is larger than {maximumBytes} bytes");
            if (++stored > maximumFiles)
                throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{layer.Shown} brings more than {maximumFiles} ONNX files and files beside them, those of the layers below counted");
            found[path] = new SourceFile { Shown = $"{path} in {layer.Shown}", LocalPath = await files.StoreAsync(entry.DataStream, $"{layer.Sha256} {entries}", cancellation) };
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

    private static string Normalise(string path) => string.Join('/', path.Split('/').Where((part, i) => part.Length > 0 && part != ".")) + (path.EndsWith('/') ? "/" : "");
}
