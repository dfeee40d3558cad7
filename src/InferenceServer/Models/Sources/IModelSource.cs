namespace Canario.InferenceServer.Models.Sources;

/// <summary>A kind of place that models are fetched from. A new one is one class here and one line in <see cref="ModelFetcher"/>.</summary>
internal interface IModelSource
{
    /// <summary>Of the addresses that it takes.</summary>
    IReadOnlyList<string> Schemes { get; }

    /// <summary>Finds out where the model's files are; the files themselves are fetched by the caller.</summary>
    /// <exception cref="ModelLoadException">There is no such model, or the place refuses to say.</exception>
    Task<ModelPlace> OpenAsync(Uri uri, CancellationToken cancellation);
}
