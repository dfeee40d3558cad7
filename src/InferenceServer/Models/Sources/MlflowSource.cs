using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Canario.Contract;
using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Models.Fetching;

namespace Canario.InferenceServer.Models.Sources;

/// <summary>
/// <c>models:/name/version</c> and <c>models:/name@alias</c> of an MLflow registry (<see href="https://mlflow.org/docs/latest/rest-api.html"/>).
/// The registry says where the files are; another source, or MLflow's own proxy of artifacts, gives them.
/// </summary>
/// <param name="options">Where MLflow is, and who asks.</param>
/// <param name="web">Asks it.</param>
/// <param name="open">Opens an address of another source.</param>
internal sealed partial class MlflowSource(SourceOptions options, WebClient web, Func<Uri, CancellationToken, Task<ModelPlace>> open) : IModelSource
{
    private const int MaximumAnswerBytes = 4 << 20;
    private const string ProxyScheme = "mlflow-artifacts";

    // Of these only, so that no answer of MLflow's can send this server round in a circle.
    private static readonly string[] s_elsewhere = ["file", "http", "https", "s3"];

    public IReadOnlyList<string> Schemes { get; } = ["models"];

    public async Task<ModelPlace> OpenAsync(Uri uri, CancellationToken cancellation)
    {
        string text = Uri.UnescapeDataString(uri.AbsolutePath);
        Match match = Reference().Match(text);
        if (!match.Success || uri.Host.Length > 0)
            throw new ModelLoadException(ExitCodes.ModelUnavailable, $"'models:{text}' is neither models:/name/version, with a number, nor models:/name@alias");
        Uri tracking = options.MlflowTrackingUri
            ?? throw new ModelLoadException(ExitCodes.ModelUnavailable, "models:/… needs --mlflow-tracking-uri (or MLFLOW_TRACKING_URI), the http(s) address of MLflow");
        string name = match.Groups["name"].Value;
        string version = match.Groups["version"].Value;
        if (version.Length == 0)
        {
            string alias = match.Groups["alias"].Value;
            version = await AskAsync(tracking, $"registered-models/alias?name={Uri.EscapeDataString(name)}&alias={Uri.EscapeDataString(alias)}", cancellation, "model_version", "version");
        }

        string artifacts = await AskAsync(tracking, $"model-versions/get-download-uri?name={Uri.EscapeDataString(name)}&version={Uri.EscapeDataString(version)}", cancellation, "artifact_uri");
        // Since MLflow 3 a version may be of a logged model, which has its own place.
        if (LoggedModel().Match(artifacts) is { Success: true } logged)
            artifacts = await AskAsync(tracking, $"logged-models/{logged.Groups["id"].Value}", cancellation, "model", "info", "artifact_uri");
        string shown = $"models:/{name}/{version}";
        if (!Uri.TryCreate(artifacts.TrimEnd('/') + "/", UriKind.Absolute, out Uri? folder)) throw Elsewhere(shown, artifacts);
        if (folder.Scheme == ProxyScheme) return Proxied(tracking, folder, shown);
        return s_elsewhere.Contains(folder.Scheme) ? await open(new Uri(folder, ModelFiles.Model), cancellation) : throw Elsewhere(shown, artifacts);
    }

    private ModelPlace Proxied(Uri tracking, Uri folder, string shown)
    {
        // mlflow-artifacts:/path is on the tracking server; with a host it is on that one.
        Uri server = folder.Host.Length == 0 || folder.Authority == tracking.Authority ? tracking : new Uri($"{tracking.Scheme}://{folder.Authority}");
        Action<HttpRequestMessage>? authorize = server == tracking ? Authorize : null;
        return name => new SourceFile
        {
            Shown = $"{shown} {name}",
            Address = new Uri($"{server.AbsoluteUri.TrimEnd('/')}/api/2.0/mlflow-artifacts/artifacts{folder.AbsolutePath}{SigV4.Encode(name, keepsSlashes: true)}"),
            Authorize = authorize,
        };
    }

    private async Task<string> AskAsync(Uri tracking, string question, CancellationToken cancellation, params string[] path)
    {
        var file = new SourceFile
        {
            Shown = $"{WebSource.Show(tracking).TrimEnd('/')}: {question.Split('?')[0]}",
            Address = new Uri($"{tracking.AbsoluteUri.TrimEnd('/')}/api/2.0/mlflow/{question}"),
            Authorize = Authorize,
        };
        (byte[] body, _) = await web.ReadAsync(file, MaximumAnswerBytes, null, cancellation);
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            JsonElement value = document.RootElement;
            foreach (string step in path) value = value.GetProperty(step);
            if (value.GetString() is { Length: > 0 } found) return found;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Said below.
        }

        throw new ModelLoadException(ExitCodes.ModelUnavailable, $"{file.Shown} answered no {string.Join('.', path)}: is it MLflow?");
    }

    private void Authorize(HttpRequestMessage request) =>
        request.Headers.Authorization = options.MlflowToken is { } token ? new AuthenticationHeaderValue("Bearer", token.Value) : options.MlflowUser?.Header;

    private static ModelLoadException Elsewhere(string shown, string artifacts)
    {
        // A user or a query may be a secret; not every scheme has a query for the parser.
        string place = Uri.TryCreate(artifacts.Split('?', '#')[0], UriKind.Absolute, out Uri? address) ? $"'{Refusal.Clean(WebSource.Show(address))}'" : "no address that can be read";
        return new ModelLoadException(ExitCodes.ModelUnavailable, $"{shown} is at {place}; files can be fetched from {ProxyScheme}, {string.Join(", ", s_elsewhere)}");
    }

    [GeneratedRegex(@"^/(?<name>[^/@]+)(/(?<version>[0-9]{1,18})|@(?<alias>[^/@]+))\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Reference();

    [GeneratedRegex(@"^models:/(?<id>m-[A-Za-z0-9]+)/?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LoggedModel();
}
