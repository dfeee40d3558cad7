namespace Canario.InferenceServer.Models.Sources;

/// <summary><c>file:///…</c>: in the image, or on a volume.</summary>
internal sealed class FileSource : IModelSource
{
    public IReadOnlyList<string> Schemes { get; } = ["file"];

    public Task<ModelPlace> OpenAsync(Uri uri, CancellationToken cancellation) =>
        Task.FromResult<ModelPlace>(name => Local(name == Contract.ModelFiles.Model ? uri.LocalPath : new Uri(uri, name).LocalPath));

    private static SourceFile Local(string path) => new() { Shown = path, LocalPath = path, InPlace = true };
}
