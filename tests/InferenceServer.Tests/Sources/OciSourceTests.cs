using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Canario.Contract;
using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Lifecycle;
using Canario.TestModels;

namespace Canario.InferenceServer.Tests.Sources;

public sealed class OciSourceTests : IDisposable
{
    private static readonly byte[] s_model = Samples.Mlp(4, 8, 3);
    private static readonly byte[] s_metadata = Encoding.UTF8.GetBytes(ModelFolder.Metadata);
    private static readonly byte[] s_baseline = Encoding.UTF8.GetBytes(ModelFolder.Baseline);

    private readonly ModelFolder _folder = new([]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_artifact_comes_by_tag_or_digest_with_the_files_beside_the_model()
    {
        await using Registry registry = await Registry.StartAsync();
        string digest = await registry.PushArtifactAsync("team/penguins", "v1", ("penguins.onnx", s_model), (ModelFiles.Metadata, s_metadata), (ModelFiles.Baseline, s_baseline));
        foreach (string name in new[] { ":v1", $"@{digest}", $":gone@{digest}" })
        {
            await using TestServer server = await StartAsync($"oci://{registry.Address}/team/penguins{name}");
            await server.WaitReadyAsync();
            (int status, _) = await server.PostAsync("/predict", ModelFolder.Row);
            Assert.Equal(200, status);
            Assert.Contains(MetricNames.FeatureBaseline, await server.Client.GetStringAsync(HttpPaths.Metrics), StringComparison.Ordinal);
        }

        await registry.PushArtifactAsync("team/bare", "latest", ("", s_model));
        await using TestServer bare = await StartAsync($"oci://{registry.Address}/team/bare");
        await bare.WaitReadyAsync();
    }

    [Fact]
    public async Task An_image_gives_the_files_of_its_upper_layers()
    {
        await using Registry registry = await Registry.StartAsync();
        await registry.PushImageAsync(
            "team/image:v1",
            [("etc/passwd", "x"u8.ToArray()), ("models/model.onnx", [1, 2, 3]), ("models/golden.json", "{}"u8.ToArray()), ("old/other.onnx", [4])],
            [("./models/model.onnx", s_model), ("models/metadata.json", s_metadata), ("models/.wh.golden.json", []), ("old/.wh..wh..opq", []), ("../../evil.onnx", [5])]);
        string uri = $"oci://{registry.Address}/team/image:v1";
        await using (TestServer server = await StartAsync(uri))
        {
            await server.WaitReadyAsync();
            (int status, _) = await server.PostAsync("/predict", ModelFolder.Row);
            Assert.Equal(200, status);
        }

        Assert.Empty(Directory.GetFiles(_folder.Path, "evil*", SearchOption.AllDirectories));
        // The files by their digests, also what an upper layer covers or deletes; of the layers nothing.
        byte[][] files = [[1, 2, 3], "{}"u8.ToArray(), [4], s_model, s_metadata, [5]];
        Assert.Equal(
            files.Select(file => Convert.ToHexStringLower(SHA256.HashData(file))).Order(StringComparer.Ordinal),
            Directory.GetFiles(Path.Combine(_folder.Path, "cache", "sha256")).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));

        await using TestServer named = await StartAsync(uri + "#models/model.onnx", o => o with { ModelSha256 = Convert.ToHexStringLower(SHA256.HashData(s_model)) });
        await named.WaitReadyAsync();
        await registry.PushImageAsync("team/two:v1", [("a/model.onnx", s_model), ("b/model.onnx", s_model)]);
        await using TestServer two = await StartAsync($"oci://{registry.Address}/team/two:v1");
        Assert.Contains("2 such files (a/model.onnx, b/model.onnx)", await FailureOf(two), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_manifest_of_an_index_is_that_for_this_machine()
    {
        await using Registry registry = await Registry.StartAsync();
        string right = await registry.PushArtifactAsync("team/many", "right", ("model.onnx", s_model));
        string wrong = await registry.PushArtifactAsync("team/many", "wrong", ("model.onnx", [1]));
        string index = await PushIndexAsync("v1", Entry(wrong, "s390x", "linux"), Entry(wrong, "unknown", "unknown"), Entry(right, System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64 ? "amd64" : "arm64", "linux"));
        string within = await PushIndexAsync("v2", IndexEntry(index));
        await PushIndexAsync("v3", IndexEntry(within));
        foreach (string tag in new[] { "v1", "v2" })
        {
            await using TestServer server = await StartAsync($"oci://{registry.Address}/team/many:{tag}");
            await server.WaitReadyAsync();
        }

        await using TestServer deep = await StartAsync($"oci://{registry.Address}/team/many:v3");
        Assert.Contains("team/many:v3 is an index of indexes of indexes", await FailureOf(deep), StringComparison.Ordinal);

        JsonObject Entry(string digest, string architecture, string os) => new()
        {
            ["mediaType"] = "application/vnd.oci.image.manifest.v1+json",
            ["digest"] = digest,
            ["size"] = 1,
            ["platform"] = new JsonObject { ["architecture"] = architecture, ["os"] = os },
        };
        JsonObject IndexEntry(string digest) => new() { ["mediaType"] = "application/vnd.oci.image.index.v1+json", ["digest"] = digest, ["size"] = 1 };
        Task<string> PushIndexAsync(string tag, params JsonObject[] entries) => registry.PushManifestAsync("team/many", tag, "application/vnd.oci.image.index.v1+json", new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = "application/vnd.oci.image.index.v1+json",
            ["manifests"] = new JsonArray([.. entries]),
        });
    }

    [Fact]
    public async Task A_registry_with_passwords_gets_the_one_of_the_pull_secret()
    {
        // me:s3cret, by bcrypt.
        await using Registry registry = await Registry.StartAsync(
            "auth: { htpasswd: { realm: tests, path: [folder]/htpasswd } }", ("htpasswd", "me:$2b$04$/aLQmx1SPNjtUVVW6NeSo.UICQdy9yiOu3UgGTxFXwj2CsZL3MdXm\n"));
        registry.Authorization = TokenServer.User;
        await registry.PushArtifactAsync("team/penguins", "v1", ("model.onnx", s_model));
        string uri = $"oci://{registry.Address}/team/penguins:v1";
        string secret = AuthFor(registry);
        await using (TestServer server = await StartAsync(uri, o => o with { Sources = o.Sources with { RegistryAuth = Secret.Of(secret) } })) await server.WaitReadyAsync();

        string file = Path.Combine(_folder.Path, "config.json");
        await File.WriteAllTextAsync(file, new JsonObject
        {
            ["auths"] = new JsonObject { [$"http://{registry.Address}/v2/"] = new JsonObject { ["username"] = "me", ["password"] = "s3cret" } },
        }.ToJsonString());
        await using (TestServer server = await StartAsync(uri, o => o with { Sources = o.Sources with { RegistryAuthFile = file } })) await server.WaitReadyAsync();

        await using TestServer nobody = await StartAsync(uri);
        Assert.Contains("401 Unauthorized (UNAUTHORIZED", await FailureOf(nobody), StringComparison.Ordinal);
        string wrong = secret.Replace(TokenServer.User.Parameter!, Convert.ToBase64String("me:wrong"u8), StringComparison.Ordinal);
        await using TestServer refused = await StartAsync(uri, o => o with { Sources = o.Sources with { RegistryAuth = Secret.Of(wrong) } });
        Assert.Contains("401 Unauthorized", await FailureOf(refused), StringComparison.Ordinal);
        await using TestServer malformed = await StartAsync(uri, o => o with { Sources = o.Sources with { RegistryAuth = Secret.Of("me:s3cret") } });
        string failure = await FailureOf(malformed);
        Assert.Contains("DOCKER_AUTH_CONFIG is not Docker's config.json", failure, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_with_tokens_gets_one_from_its_token_server()
    {
        await using var tokens = new TokenServer();
        await using Registry registry = await Registry.StartAsync(tokens.Configuration, tokens.Root);
        foreach (string repository in new[] { "closed/penguins", "open/penguins" })
        {
            registry.Authorization = new AuthenticationHeaderValue("Bearer", tokens.Token(repository, "pull", "push"));
            await registry.PushArtifactAsync(repository, "v1", ("model.onnx", s_model), (ModelFiles.Metadata, s_metadata));
        }

        Secret user = Secret.Of(AuthFor(registry))!;
        await using (TestServer server = await StartAsync($"oci://{registry.Address}/closed/penguins:v1", o => o with { Sources = o.Sources with { RegistryAuth = user } }))
            await server.WaitReadyAsync();
        // One token does for the manifest and the layers.
        Assert.Equal(1, tokens.Given);
        await using (TestServer server = await StartAsync($"oci://{registry.Address}/open/penguins:v1")) await server.WaitReadyAsync();
        await using TestServer nobody = await StartAsync($"oci://{registry.Address}/closed/penguins:v1");
        Assert.Contains("incorrect username or password", await FailureOf(nobody), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("team/penguins:v2", ExitCodes.ModelUnavailable, "404 Not Found (MANIFEST_UNKNOWN")]
    [InlineData("team/penguins@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ExitCodes.ModelUnavailable, "404 Not Found")]
    [InlineData("team/penguins:v1#other.onnx", ExitCodes.ModelUnavailable, "has no other.onnx: it has README.md, model.onnx")]
    [InlineData("team/PENGUINS:v1", ExitCodes.ModelUnavailable, "is not oci://registry/repository")]
    [InlineData("team/penguins:readme", ExitCodes.ModelUnavailable, "has no ONNX file: it has README.md, notes.txt")]
    public async Task What_is_not_there_is_told(string name, int code, string reason)
    {
        await using Registry registry = await Registry.StartAsync();
        await registry.PushArtifactAsync("team/penguins", "v1", ("model.onnx", s_model), ("README.md", [1]));
        await registry.PushArtifactAsync("team/penguins", "readme", ("README.md", [1]), ("notes.txt", [2]));
        await using TestServer server = await StartAsync($"oci://{registry.Address}/{name}");
        Assert.Contains(reason, await FailureOf(server), StringComparison.Ordinal);
        Assert.Equal(code, server.Get<ServerState>().ExitCode);
    }

    [Fact]
    public async Task A_broken_layer_goes_on_where_it_was_and_another_digest_is_refused()
    {
        byte[] model = Samples.WideMlp();
        await using Registry registry = await Registry.StartAsync();
        await registry.PushArtifactAsync("team/wide", "v1", ("model.onnx", model));
        await using var proxy = new BreakingProxy(registry.Port);
        proxy.Breaks.Enqueue(3_000_000);
        await using (TestServer server = await StartAsync($"oci://127.0.0.1:{proxy.Port}/team/wide:v1")) await server.WaitReadyAsync();
        Assert.InRange(proxy.Passed, model.Length, model.Length + 200_000);
        await using TestServer other = await StartAsync($"oci://127.0.0.1:{proxy.Port}/team/wide:v1", o => o with { ModelSha256 = new string('a', 64) });
        Assert.Contains(new string('a', 64) + " was asked for", await FailureOf(other), StringComparison.Ordinal);
        Assert.Equal(ExitCodes.WrongDigest, other.Get<ServerState>().ExitCode);
    }

    private static string AuthFor(Registry registry) => new JsonObject
    {
        ["auths"] = new JsonObject
        {
            ["elsewhere"] = new JsonObject { ["auth"] = "eDp5" },
            [registry.Address] = new JsonObject { ["auth"] = TokenServer.User.Parameter },
        },
    }.ToJsonString();

    private static async Task<string> FailureOf(TestServer server)
    {
        await server.WaitStoppedAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return server.Get<ServerState>().Failure!;
    }

    private Task<TestServer> StartAsync(string uri, Func<ServerOptions, ServerOptions>? change = null) => TestServer.StartAsync(
        _folder.Path, o => (change ?? (same => same))(o with { ModelUri = CommandLine.Read(["--model-uri", uri], _ => null).ModelUri }));
}
