namespace Canario.InferenceServer.Models.Sources;

/// <summary><c>http(s)://…</c>. A query, such as a signature, is sent for the files beside the model too.</summary>
internal sealed class WebSource : IModelSource
{
    public IReadOnlyList<string> Schemes { get; } = ["http", "https"];

    public Task<ModelPlace> OpenAsync(Uri uri, CancellationToken cancellation) => Task.FromResult<ModelPlace>(name =>
    {
        Uri address = uri;
        if (name != Contract.ModelFiles.Model)
        {
            address = new Uri(uri, SigV4.Encode(name, keepsSlashes: true));
            if (uri.Query.Length > 0) address = new UriBuilder(address) { Query = uri.Query }.Uri;
        }

        return new SourceFile { Shown = Show(address), Address = address };
    });

    /// <summary>Without the query and the user: either may be a secret.</summary>
    public static string Show(Uri uri) => uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
}
