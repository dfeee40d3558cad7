using Canario.Contract;
using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Models.Fetching;
using Canario.InferenceServer.Models.Sources;

namespace Canario.InferenceServer.Models;

/// <summary>Brings a model's files to this machine, from wherever they are: bounded in size and time, checked against their digests.</summary>
internal sealed partial class ModelFetcher : IDisposable
{
    private readonly Dictionary<string, IModelSource> _sources = [];
    private readonly Downloader _downloader;
    private readonly ModelCache _cache;
    private readonly ILogger _logger;
    private readonly HttpClient _http = WebClient.CreateHttp();

    public ModelFetcher(ServerOptions options, TimeProvider time, ILogger<ModelFetcher> logger)
    {
        _logger = logger;
        _cache = new ModelCache(options);
        var retries = new Retries(options, time, logger);
        var web = new WebClient(_http, retries);
        _downloader = new Downloader(web, retries, _cache, time, logger);
        IModelSource[] sources =
        [
            new FileSource(),
            new WebSource(),
            new S3Source(options.Sources, time),
            new OciSource(options, web, new ImageFiles(_downloader, _cache)),
            new MlflowSource(options.Sources, web, OpenAsync),
        ];
        foreach (IModelSource source in sources)
        {
            foreach (string scheme in source.Schemes) _sources.Add(scheme, source);
        }
    }

    public void Dispose() => _http.Dispose();

    /// <exception cref="ModelLoadException">There is no such model, or its place refuses to say where it is.</exception>
    public Task<ModelPlace> OpenAsync(Uri uri, CancellationToken cancellation) => _sources.TryGetValue(uri.Scheme, out IModelSource? source)
        ? source.OpenAsync(uri, cancellation)
        : throw new ModelLoadException(ExitCodes.ModelUnavailable, $"models cannot be fetched from {uri.Scheme}:… addresses, only from {string.Join(", ", _sources.Keys)}");

    /// <summary>Path of the file on this machine; null when it does not exist and is <paramref name="optional"/>.</summary>
    /// <exception cref="ModelLoadException">Unreachable, forbidden, missing, too large, too slow, or of another digest.</exception>
    public async Task<string?> FetchAsync(SourceFile file, string sha256, SizeLimit limit, bool optional, CancellationToken cancellation)
    {
        if (file.LocalPath is { } path) return await UseFileAsync(path, sha256, limit, optional, cancellation);
        if (sha256.Length > 0 && file.Sha256.Length > 0 && sha256 != file.Sha256) throw ModelCache.WrongDigest(file.Shown, sha256, file.Sha256);
        string digest = sha256.Length > 0 ? sha256 : file.Sha256;
        if (await _cache.FindAsync(digest, cancellation) is { } cached)
        {
            Log.FoundInCache(_logger, cached);
            return cached;
        }

        return await _downloader.FetchAsync(file, digest, limit, optional, cancellation);
    }

    private static async Task<string?> UseFileAsync(string path, string sha256, SizeLimit limit, bool optional, CancellationToken cancellation)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            if (optional) return null;
            throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{path} does not exist");
        }

        if (file.Length > limit.Left) throw limit.Refuse(path);
        try
        {
            if (sha256.Length > 0 && await ModelCache.HashAsync(path, cancellation) is var actual && actual != sha256) throw ModelCache.WrongDigest(path, sha256, actual);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{path} cannot be read: {e.Message}");
        }

        return path;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The model is in the cache: {Path}")]
        public static partial void FoundInCache(ILogger logger, string path);
    }
}
