using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Canario.Contract;
using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Lifecycle;
using Canario.TestModels;

namespace Canario.InferenceServer.Tests.Sources;

/// <summary>Models whose weights are in files of their own, from every kind of place.</summary>
public sealed class ExternalWeightsTests(S3Server s3) : IClassFixture<S3Server>, IDisposable
{
    private const string Odd = "weights/größe 1+/all?#%41.data";

    private static readonly (byte[] Model, Dictionary<string, byte[]> Weights) s_outside = Samples.MlpWithWeightsIn(4, 8, 3, "model.onnx.data", Odd);
    private static readonly byte[] s_metadata = Encoding.UTF8.GetBytes(ModelFolder.Metadata);

    private readonly ModelFolder _folder = new([]);

    private string Cache => Path.Combine(_folder.Path, "cache", "sha256");
    private string Links => Path.Combine(_folder.Path, "cache", "models");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("http")]
    [InlineData("s3")]
    [InlineData("oci artifact")]
    [InlineData("oci image")]
    [InlineData("oci packed folder")]
    [InlineData("mlflow")]
    [InlineData("mlflow in s3")]
    public async Task Weights_outside_give_the_same_bits_as_weights_inside(string kind)
    {
        string expected = await AnswerOfWeightsInsideAsync();
        await using var place = new WeightsPlace(s3);
        string uri = await place.PutAsync(kind, [("model.onnx", s_outside.Model), ("metadata.json", s_metadata), .. s_outside.Weights.Select(file => (file.Key, file.Value))]);
        await using (TestServer server = await StartAsync(uri, o => o with { Sources = o.Sources with { MlflowTrackingUri = place.Mlflow } }))
        {
            await server.WaitReadyAsync();
            Assert.Equal(expected, await AnswerOf(server));
            // The files beside the model are found as ever.
            (int status, _) = await server.PostAsync("/predict", ModelFolder.Row);
            Assert.Equal(200, status);
            Assert.Contains(Digest(s_outside.Model), await server.Client.GetStringAsync("/health"), StringComparison.Ordinal);
        }

        Assert.Equal([Odd, "model.onnx", "model.onnx.data"], NamesIn(Assert.Single(Directory.GetDirectories(Links))));
        byte[][] files = [s_outside.Model, s_metadata, .. s_outside.Weights.Values];
        Assert.Equal(files.Select(Digest).Order(StringComparer.Ordinal), Directory.GetFiles(Cache).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_model_on_a_volume_is_used_where_it_lies()
    {
        foreach ((string location, byte[] content) in s_outside.Weights)
        {
            string path = Path.Combine(_folder.Path, location);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, content);
        }

        await File.WriteAllBytesAsync(Path.Combine(_folder.Path, ModelFiles.Model), s_outside.Model);
        await using TestServer server = await TestServer.StartReadyAsync(_folder.Path);
        Assert.Equal(await AnswerOfWeightsInsideAsync(), await AnswerOf(server));
        Assert.False(Directory.Exists(Links));
    }

    [Fact]
    public async Task Weights_of_an_upper_layer_cover_those_below()
    {
        await using Registry registry = await Registry.StartAsync();
        byte[] weights = s_outside.Weights[Odd];
        await registry.PushImageAsync(
            "team/image:v1",
            [($"m/{Odd}", new byte[weights.Length]), ("m/model.onnx.data", s_outside.Weights["model.onnx.data"]), ("etc/passwd", [1])],
            [($"./m/{Odd}", weights), ("m/model.onnx", s_outside.Model)]);
        await using (TestServer server = await StartAsync($"oci://{registry.Address}/team/image:v1")) await server.WaitReadyAsync();
        Assert.Equal(weights, await File.ReadAllBytesAsync(Path.Combine(Assert.Single(Directory.GetDirectories(Links)), Odd)));

        await registry.PushImageAsync("team/image:v2", [($"m/{Odd}", weights), ("m/model.onnx.data", s_outside.Weights["model.onnx.data"])], [("m/model.onnx", s_outside.Model), ("m/.wh.weights", [])]);
        await using TestServer deleted = await StartAsync($"oci://{registry.Address}/team/image:v2");
        Assert.Contains($"keeps weights in '{Odd}', which is not there beside it", await FailureOf(deleted), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restart_fetches_no_weights_again_and_repairs_a_folder_half_made()
    {
        (byte[] model, Dictionary<string, byte[]> weights) = Samples.MlpWithWeightsIn(4, 60_000, 3, "a/w.data", "b.data");
        await using Registry registry = await Registry.StartAsync();
        await registry.PushArtifactAsync("team/large", "v1", [("model.onnx", model), .. weights.Select(file => (file.Key, file.Value))]);
        await using var proxy = new BreakingProxy(registry.Port);
        // Also what breaks goes on where it was.
        proxy.Breaks.Enqueue(400_000);
        string uri = $"oci://127.0.0.1:{proxy.Port}/team/large:v1";
        await using (TestServer server = await StartAsync(uri)) await server.WaitReadyAsync();
        long fetched = proxy.Passed;
        int whole = weights.Values.Sum(file => file.Length);
        Assert.InRange(fetched, whole, whole + 300_000);

        string folder = Assert.Single(Directory.GetDirectories(Links));
        File.Delete(Path.Combine(folder, "a", "w.data"));
        File.Delete(Path.Combine(folder, "b.data"));
        File.CreateSymbolicLink(Path.Combine(folder, "b.data"), "/etc/hostname");
        File.Delete(Path.Combine(folder, "model.onnx"));
        await File.WriteAllTextAsync(Path.Combine(folder, "model.onnx"), "of somebody else");
        await using (TestServer server = await StartAsync(uri)) await server.WaitReadyAsync();
        Assert.InRange(proxy.Passed - fetched, 1, 10_000);
        Assert.Equal(folder, Assert.Single(Directory.GetDirectories(Links)));
        Assert.Equal(["a/w.data", "b.data", "model.onnx"], NamesIn(folder));
        foreach ((string location, byte[] content) in weights) Assert.Equal(content, await File.ReadAllBytesAsync(Path.Combine(folder, location)));
    }

    [Fact]
    public async Task Servers_that_start_at_once_share_the_cache()
    {
        await using var web = new WebFiles(s_outside.Weights) { ["/m/model.onnx"] = s_outside.Model };
        TestServer[] servers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => StartAsync($"{web.Address}/m/")));
        try
        {
            foreach (TestServer server in servers) await server.WaitReadyAsync();
        }
        finally
        {
            foreach (TestServer server in servers) await server.DisposeAsync();
        }

        Assert.Equal(3, Directory.GetFiles(Cache).Length);
        Assert.Single(Directory.GetDirectories(Links));
    }

    [Theory]
    [InlineData("../secret.data", "which leads out of the model's folder")]
    [InlineData("a/../../secret.data", "which leads out of the model's folder")]
    [InlineData("/etc/hostname", "which is an absolute path")]
    [InlineData("C:/secret.data", "which is an absolute path")]
    [InlineData("..\\secret.data", "which has a backslash")]
    [InlineData("a\nb", "'a b', which has control characters")]
    [InlineData("", "which is empty")]
    [InlineData("a//b", "which names no file")]
    [InlineData("a/", "which names no file")]
    [InlineData("model.onnx", "which is the model's own name")]
    [InlineData("model.onnx/a", "and 'model.onnx' is a file")]
    public async Task A_location_that_is_no_file_below_the_model_is_refused_before_anything_is_asked_for(string location, string reason)
    {
        byte[] model = Samples.MlpWithWeightsIn(4, 8, 3, location).Model;
        await using var web = new WebFiles([]) { ["/m/model.onnx"] = model };
        await using TestServer server = await StartAsync($"{web.Address}/m/");
        string failure = await FailureOf(server, ExitCodes.ModelLoadFailed);
        Assert.Contains($"/m/model.onnx keeps weights in '{location.Replace('\n', ' ')}'", failure, StringComparison.Ordinal);
        Assert.Contains(reason, failure, StringComparison.Ordinal);
        Assert.Equal(["/m/model.onnx"], web.Asked);
    }

    [Fact]
    public async Task A_location_in_an_images_layer_is_refused_too()
    {
        await using Registry registry = await Registry.StartAsync();
        await registry.PushImageAsync("team/image:v1", [("m/model.onnx", Samples.MlpWithWeightsIn(4, 8, 3, "../secret.data").Model), ("secret.data", [1])]);
        await using TestServer server = await StartAsync($"oci://{registry.Address}/team/image:v1");
        Assert.Contains("keeps weights in '../secret.data', which leads out of the model's folder", await FailureOf(server, ExitCodes.ModelLoadFailed), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_weights_are_told_with_the_model()
    {
        await using var web = new WebFiles([]) { ["/m/model.onnx"] = s_outside.Model };
        await using (TestServer server = await StartAsync($"{web.Address}/m/"))
            Assert.Contains($"{web.Address}/m/model.onnx keeps weights in 'model.onnx.data': {web.Address}/m/model.onnx.data answered 404 Not Found", await FailureOf(server), StringComparison.Ordinal);

        await using Registry registry = await Registry.StartAsync();
        await registry.PushArtifactAsync("team/half", "v1", ("model.onnx", s_outside.Model));
        await using TestServer half = await StartAsync($"oci://{registry.Address}/team/half:v1");
        Assert.Contains($"oci://{registry.Address}/team/half:v1 model.onnx keeps weights in 'model.onnx.data', which is not there beside it", await FailureOf(half), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_model_and_weights_too_large_together_are_refused(bool lengthIsTold)
    {
        int most = s_outside.Model.Length + s_outside.Weights.Values.Sum(file => file.Length);
        await using var web = new WebFiles(s_outside.Weights) { ["/m/model.onnx"] = s_outside.Model };
        web.TellsLengths = lengthIsTold;
        await using (TestServer server = await StartAsync($"{web.Address}/m/", o => o with { MaximumModelBytes = most - 1 }))
        {
            string failure = await FailureOf(server);
            Assert.Contains($"keeps weights in '{Odd}': ", failure, StringComparison.Ordinal);
            Assert.Contains($"bytes: the model and all of its weights may have {most - 1} together", failure, StringComparison.Ordinal);
        }

        await using TestServer fitting = await StartAsync($"{web.Address}/m/", o => o with { MaximumModelBytes = most });
        await fitting.WaitReadyAsync();
    }

    [Fact]
    public async Task Weights_in_the_cache_count_too()
    {
        await using Registry registry = await Registry.StartAsync();
        await registry.PushArtifactAsync("team/penguins", "v1", [("model.onnx", s_outside.Model), .. s_outside.Weights.Select(file => (file.Key, file.Value))]);
        string uri = $"oci://{registry.Address}/team/penguins:v1";
        await using (TestServer server = await StartAsync(uri)) await server.WaitReadyAsync();
        await using TestServer small = await StartAsync(uri, o => o with { MaximumModelBytes = s_outside.Model.Length + 10 });
        Assert.Contains($"may have {s_outside.Model.Length + 10} together", await FailureOf(small), StringComparison.Ordinal);
    }

    private static string Digest(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static IEnumerable<string> NamesIn(string folder) => Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(folder, path)).Order(StringComparer.Ordinal).OrderBy(path => path != Odd);

    private static async Task<string> AnswerOfWeightsInsideAsync()
    {
        using var inside = new ModelFolder(Samples.Mlp(4, 8, 3));
        await using TestServer server = await TestServer.StartReadyAsync(inside.Path);
        return await AnswerOf(server);
    }

    private static async Task<string> AnswerOf(TestServer server)
    {
        (int status, JsonNode answer) = await server.PostAsync(
            "/v2/models/m/infer", """{"inputs":[{"name":"input","shape":[2,4],"datatype":"FP32","data":[30,1,1,5.25,40.5,3,0,1e-3]}]}""");
        Assert.Equal(200, status);
        return answer["outputs"]!.ToJsonString();
    }

    private static async Task<string> FailureOf(TestServer server, int code = ExitCodes.ModelUnavailable)
    {
        await server.WaitStoppedAsync().WaitAsync(TimeSpan.FromSeconds(60));
        ServerState state = server.Get<ServerState>();
        Assert.Equal(code, state.ExitCode);
        return state.Failure!;
    }

    private Task<TestServer> StartAsync(string uri, Func<ServerOptions, ServerOptions>? change = null)
    {
        string? Environment(string name) => name switch
        {
            "AWS_ENDPOINT_URL" => s3.Endpoint.AbsoluteUri,
            "AWS_REGION" => "eu-test-1",
            "AWS_ACCESS_KEY_ID" => "AKIDLASTING",
            "AWS_SECRET_ACCESS_KEY" => "lasting/secret+1",
            _ => null,
        };
        ServerOptions options = CommandLine.Read(["--model-uri", uri], Environment);
        return TestServer.StartAsync(_folder.Path, o => (change ?? (same => same))(o with { ModelUri = options.ModelUri, Sources = options.Sources }));
    }
}
