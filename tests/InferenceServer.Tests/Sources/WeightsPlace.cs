using System.Text.Json.Nodes;
using Canario.InferenceServer.Models.Sources;

namespace Canario.InferenceServer.Tests.Sources;

/// <summary>A place of any kind with a model's files in it, gone after the test.</summary>
/// <param name="s3">For those that are in a bucket.</param>
internal sealed class WeightsPlace(S3Server s3) : IAsyncDisposable
{
    private const string Folder = "1/run/artifacts/model/";

    private IAsyncDisposable? _server;

    /// <summary>Where MLflow is; null: the kind needs none.</summary>
    public Uri? Mlflow { get; private set; }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>The model's address.</summary>
    public async Task<string> PutAsync(string kind, (string Path, byte[] Content)[] files) => kind switch
    {
        "http" => PutOnWeb(files),
        "s3" => await PutInBucketAsync("models", files),
        "mlflow" => PutInMlflow($"mlflow-artifacts:/{Folder}", files),
        "mlflow in s3" => PutInMlflow(await PutInBucketAsync("public", files), []),
        _ => await PushAsync(kind, files),
    };

    private string PutOnWeb((string Path, byte[] Content)[] files)
    {
        var web = new WebFiles(files.ToDictionary(file => file.Path, file => file.Content));
        _server = web;
        return $"{web.Address}/m/";
    }

    private async Task<string> PutInBucketAsync(string bucket, (string Path, byte[] Content)[] files)
    {
        foreach ((string path, byte[] content) in files) await s3.PutAsync($"/{bucket}/{Folder}{SigV4.Encode(path, keepsSlashes: true)}", content);
        return $"s3://{bucket}/{Folder}";
    }

    private string PutInMlflow(string address, (string Path, byte[] Content)[] files)
    {
        var mlflow = new MlflowServer();
        _server = mlflow;
        mlflow.Versions[("penguins", "3")] = address;
        foreach ((string path, byte[] content) in files) mlflow.Artifacts[Folder + path] = content;
        Mlflow = mlflow.Address;
        return "models:/penguins/3";
    }

    private async Task<string> PushAsync(string kind, (string Path, byte[] Content)[] files)
    {
        Registry registry = await Registry.StartAsync();
        _server = registry;
        if (kind == "oci artifact") await registry.PushArtifactAsync("team/penguins", "v1", files);
        else if (kind == "oci image") await registry.PushImageAsync("team/penguins:v1", [.. files.Reverse().Select(file => ("models/" + file.Path, file.Content))]);
        else await PushPackedFolderAsync(registry, files);
        return $"oci://{registry.Address}/team/penguins:v1";
    }

    /// <summary>As ORAS pushes files and a folder: each file a layer, the folder packed.</summary>
    private static async Task PushPackedFolderAsync(Registry registry, (string Path, byte[] Content)[] files)
    {
        var layers = new JsonArray();
        foreach ((string path, byte[] content) in files.Where(file => !file.Path.Contains('/', StringComparison.Ordinal)))
            layers.Add(await LayerAsync(content, "application/vnd.onnx", new JsonObject { ["org.opencontainers.image.title"] = path }));
        byte[] packed = Registry.Gzip(Registry.Tar([.. files.Where(file => file.Path.Contains('/', StringComparison.Ordinal))]));
        layers.Add(await LayerAsync(packed, "application/vnd.oci.image.layer.v1.tar+gzip", new JsonObject { ["org.opencontainers.image.title"] = "weights", ["io.deis.oras.content.unpack"] = "true" }));
        await registry.PushManifestAsync("team/penguins", "v1", "application/vnd.oci.image.manifest.v1+json", new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = "application/vnd.oci.image.manifest.v1+json",
            ["artifactType"] = "application/vnd.onnx.model",
            ["config"] = await registry.PushBlobAsync("team/penguins", "{}"u8.ToArray(), "application/vnd.oci.empty.v1+json"),
            ["layers"] = layers,
        });

        async Task<JsonObject> LayerAsync(byte[] content, string type, JsonObject annotations)
        {
            JsonObject layer = await registry.PushBlobAsync("team/penguins", content, type);
            layer["annotations"] = annotations;
            return layer;
        }
    }
}
