using Canario.Contract;
using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Models.Fetching;
using Canario.InferenceServer.Models.Sources;

namespace Canario.InferenceServer.Models.Weights;

/// <summary>Brings the weights that a model keeps in files of their own, and puts them where ONNX Runtime looks for them.</summary>
internal sealed class WeightFetcher(ServerOptions options, ModelFetcher fetcher)
{
    private readonly ModelLinks _links = new(options);

    /// <summary>Path of the model as ONNX Runtime is to open it; a digest of it with all of its weights, empty where nothing was to fetch.</summary>
    /// <param name="place">Of the model.</param>
    /// <param name="model">The ONNX file.</param>
    /// <param name="path">Where it was fetched to.</param>
    /// <param name="sha256">Its digest.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ModelLoadException">Weights may not be named so, cannot be fetched, or are too large with the model.</exception>
    public async Task<(string Path, string Digest)> FetchAsync(ModelPlace place, SourceFile model, string path, string sha256, CancellationToken cancellation)
    {
        if (model.InPlace) return (path, "");
        IReadOnlyList<string> locations = await ExternalData.FindAsync(path, model.Shown, cancellation);
        if (locations.Count == 0) return (path, "");
        var limit = new SizeLimit(options.MaximumModelBytes, new FileInfo(path).Length);
        var weights = new List<(string Location, string Sha256)>();
        foreach (string location in locations)
        {
            string fetched = await FetchAsync(place, model, location, limit, cancellation);
            limit = limit with { Taken = limit.Taken + new FileInfo(fetched).Length };
            weights.Add((location, ModelCache.DigestOf(fetched)));
        }

        return _links.Make(sha256, weights);
    }

    private async Task<string> FetchAsync(ModelPlace place, SourceFile model, string location, SizeLimit limit, CancellationToken cancellation)
    {
        SourceFile file = place(location)
            ?? throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{model.Shown} keeps weights in '{location}', which is not there beside it");
        try
        {
            string path = (await fetcher.FetchAsync(file, "", limit, optional: false, cancellation))!;
            // Of what was in the cache nobody asked for the size.
            return new FileInfo(path).Length <= limit.Left ? path : throw limit.Refuse(file.Shown);
        }
        catch (ModelLoadException e)
        {
            throw new ModelLoadException(e.ExitCode, $"{model.Shown} keeps weights in '{location}': {e.Message}");
        }
    }
}
