using System.Security.Cryptography;
using Canario.Contract;
using Canario.InferenceServer.Models.Fetching;
using Canario.InferenceServer.Models.Weights;

namespace Canario.InferenceServer.Models.Sources;

/// <summary>Takes a model's files out of an image's layers, into the cache.</summary>
internal sealed class ImageFiles(Downloader downloader, ModelCache cache)
{
    private const int MaximumFiles = 64;
    private const int MaximumOpenings = 3;

    private static readonly string[] s_sideFiles = [ModelFiles.Metadata, ModelFiles.Baseline, ModelFiles.Golden];

    /// <summary>The model's place among the files of the layers and those that the manifest itself names, which cover them.</summary>
    /// <param name="layers">Archives, the lowest first.</param>
    /// <param name="named">By path.</param>
    /// <param name="wanted">Path or name of the ONNX file; empty: it is found.</param>
    /// <param name="shown">The image, for people.</param>
    /// <param name="maximumBytes">Of a file and of a layer.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ModelLoadException">There is no model, or several, or what there is cannot be fetched or read.</exception>
    public async Task<ModelPlace> FindAsync(
        IReadOnlyList<SourceFile> layers, IReadOnlyDictionary<string, SourceFile> named, string wanted, string shown, long maximumBytes, CancellationToken cancellation)
    {
        await using var image = new ImageLayers(this, layers, maximumBytes, cancellation);
        Dictionary<string, SourceFile> found = await image.TakeAsync(IsOfModel, MaximumFiles);
        foreach ((string path, SourceFile file) in named) found[path] = file;
        string model = FileNames.FindModel(found.Keys, wanted, shown);
        if (image.Count > 0) await TakeWeightsAsync(image, found, model, maximumBytes, cancellation);
        return FileNames.Place(found, model);
    }

    /// <summary>Fetches the layer where it is not in the cache. Another process that shares the cache may have unpacked and removed it meanwhile.</summary>
    public async Task<FileStream> OpenAsync(SourceFile layer, long maximumBytes, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            string path = await FetchAsync(layer, maximumBytes, cancellation);
            try
            {
                return await ModelCache.OpenAsync(path, cancellation);
            }
            catch (FileNotFoundException e)
            {
                if (attempt == MaximumOpenings) throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{layer.Shown} was removed from the cache {attempt} times: {e.Message}");
            }
        }
    }

    /// <summary>By its digest, so the name in the archive is never a path on this machine.</summary>
    public async Task<string> StoreAsync(Stream data, string key, CancellationToken cancellation)
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
                // The name may be another process's by now.
                partial = "";
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

    /// <summary>Adds the files of the model's weights, whatever their names are.</summary>
    private async Task TakeWeightsAsync(ImageLayers image, Dictionary<string, SourceFile> found, string model, long maximumBytes, CancellationToken cancellation)
    {
        SourceFile file = found[model];
        string path = file.LocalPath ?? await FetchAsync(file, maximumBytes, cancellation);
        IReadOnlyList<string> locations = await ExternalData.FindAsync(path, file.Shown, cancellation);
        var missing = locations.Select(location => FileNames.FolderOf(model) + location).Where(name => !found.ContainsKey(name)).ToHashSet(StringComparer.Ordinal);
        if (missing.Count == 0) return;
        // Each layer may have each of them.
        foreach ((string name, SourceFile weights) in await image.TakeAsync(missing.Contains, missing.Count * image.Count)) found.Add(name, weights);
    }

    private async Task<string> FetchAsync(SourceFile file, long maximumBytes, CancellationToken cancellation)
    {
        try
        {
            if (await cache.FindAsync(file.Sha256, cancellation) is { } path) return path;
        }
        catch (FileNotFoundException)
        {
            // Removed between two looks.
        }

        return (await downloader.FetchAsync(file, file.Sha256, new SizeLimit(maximumBytes), optional: false, cancellation))!;
    }

    private static bool IsOfModel(string path) =>
        path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) || s_sideFiles.Contains(path[(path.LastIndexOf('/') + 1)..]);
}
