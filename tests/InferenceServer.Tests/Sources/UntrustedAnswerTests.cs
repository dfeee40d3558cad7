using System.Diagnostics;
using System.Formats.Tar;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Canario.Contract;
using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Lifecycle;
using Canario.InferenceServer.Models.Sources;
using Canario.TestModels;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Canario.InferenceServer.Tests.Sources;

/// <summary>Servers that lead astray, or answer what no standard allows.</summary>
public sealed class UntrustedAnswerTests : IDisposable
{
    private const string Digest = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    private readonly ModelFolder _folder = new([]);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Bearer")]
    [InlineData("Basic")]
    public async Task A_host_that_a_registry_redirects_to_gets_no_password(string scheme)
    {
        await using var realm = new StubServer(context => context.Response.WriteAsync("""{"token":"x"}"""));
        await using var other = new StubServer(context =>
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = $"{scheme} realm=\"{realm.Address}/token\",service=\"s\"";
            return Task.CompletedTask;
        });
        await using var registry = new StubServer(async context =>
        {
            if (context.Request.Path.Value!.Contains("/blobs/", StringComparison.Ordinal)) context.Response.Redirect($"{other.Address}/blob", permanent: false, preserveMethod: true);
            else await context.Response.WriteAsync($$"""{"layers":[{"mediaType":"application/vnd.onnx","digest":"{{Digest}}","size":1}]}""");
        });
        string secret = new JsonObject { ["auths"] = new JsonObject { [$"127.0.0.1:{registry.Port}"] = new JsonObject { ["auth"] = TokenServer.User.Parameter } } }.ToJsonString();
        string failure = await FailureOf($"oci://127.0.0.1:{registry.Port}/team/penguins:v1", o => o with { Sources = o.Sources with { RegistryAuth = Secret.Of(secret) } });
        Assert.Contains("answered 401 Unauthorized", failure, StringComparison.Ordinal);
        Assert.Equal([("/blob", "")], other.Requests);
        Assert.Empty(realm.Requests);
    }

    [Fact]
    public async Task A_signed_request_goes_nowhere_else()
    {
        await using var other = new StubServer(_ => Task.CompletedTask);
        await using var s3 = new StubServer(context =>
        {
            context.Response.Headers["x-amz-bucket-region"] = "eu-west-3";
            context.Response.Redirect($"{other.Address}/model.onnx", permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        });
        string failure = await FailureOf("s3://models/model.onnx", o => o with { Sources = o.Sources with { S3Endpoint = new Uri(s3.Address), Aws = new AwsCredentials("AKID", "secret", "a-session-token") } });
        Assert.Contains("s3://models/model.onnx answered 307 Temporary Redirect (the bucket is in region eu-west-3", failure, StringComparison.Ordinal);
        Assert.NotEmpty(s3.Requests);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task Other_redirects_are_followed_and_a_circle_ends()
    {
        byte[] model = Samples.Identity(1);
        await using var other = new StubServer(async context => await context.Response.Body.WriteAsync(model));
        await using var first = new StubServer(context =>
        {
            if (!context.Request.Path.Value!.EndsWith(".onnx", StringComparison.Ordinal)) context.Response.StatusCode = StatusCodes.Status404NotFound;
            else context.Response.Redirect(context.Request.Path.Value == "/round/model.onnx" ? "/round/model.onnx" : $"{other.Address}/model.onnx");
            return Task.CompletedTask;
        });
        await using (TestServer server = await StartAsync($"{first.Address}/model.onnx", o => o with { ModelSha256 = Convert.ToHexStringLower(SHA256.HashData(model)) }))
            await server.WaitReadyAsync();
        Assert.Contains($"/round/model.onnx answered more than 10 redirects, the last to {first.Address}/round/model.onnx", await FailureOf($"{first.Address}/round/model.onnx"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"layers":[null]}""", "has a malformed manifest: layers[0] is null")]
    [InlineData("""{"layers":[{"mediaType":null,"size":1}]}""", "has a malformed manifest: layers[0] has no digest")]
    [InlineData("""{"layers":[{"mediaType":null,"digest":"sha256:../../x","size":1}]}""", "names a blob by 'sha256:../../x'")]
    [InlineData("""{"manifests":[null]}""", "has a malformed manifest: manifests[0] is null")]
    [InlineData("""{"manifests":[{"digest":null}]}""", "has a malformed manifest: manifests[0] has no digest")]
    [InlineData("""{"layers":[{"digest":"\ud800"}]}""", "has a malformed manifest")]
    [InlineData("""{"layers":{}}""", "has a malformed manifest")]
    [InlineData("null", "has 0 layers")]
    public async Task A_malformed_manifest_is_told(string manifest, string reason)
    {
        await using var registry = new StubServer(context => context.Response.WriteAsync(manifest));
        Assert.Contains(reason, await FailureOf($"oci://127.0.0.1:{registry.Port}/team/penguins:v1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_server_says_of_its_refusal_is_cleaned_and_bounded()
    {
        await using var web = new StubServer(context =>
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            context.Features.Get<IHttpResponseFeature>()!.ReasonPhrase = new string('x', 4_000);
            return context.Response.WriteAsync("""{"message":"\ud800"}""");
        });
        string failure = await FailureOf($"{web.Address}/model.onnx");
        Assert.Contains("answered 403 xxx", failure, StringComparison.Ordinal);
        Assert.InRange(failure.Length, 300, 600);
    }

    [Fact]
    public async Task A_refusal_whose_reason_does_not_end_is_told_at_once()
    {
        await using var web = new StubServer(async context =>
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            await context.Response.WriteAsync("<Code>AccessDenied</Code>");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        long begun = Stopwatch.GetTimestamp();
        Assert.Contains("answered 403 Forbidden (AccessDenied)", await FailureOf($"{web.Address}/model.onnx"), StringComparison.Ordinal);
        Assert.Single(web.Requests);
        Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(25));
    }

    [Fact]
    public async Task A_registry_that_takes_a_token_gets_no_password_where_it_names_both()
    {
        byte[] model = Samples.Identity(1);
        string digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(model));
        StubServer? self = null;
        await using var registry = self = new StubServer(async context =>
        {
            if (context.Request.Path == "/token")
            {
                await context.Response.WriteAsync("""{"token":"","access_token":"T"}""");
            }
            else if (context.Request.Headers.Authorization != "Bearer T")
            {
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                context.Response.Headers.WWWAuthenticate = $"Basic realm=\"r\", Bearer realm=\"{self!.Address}/token\",service=\"s\"";
            }
            else if (context.Request.Path.Value!.Contains("/blobs/", StringComparison.Ordinal))
            {
                await context.Response.Body.WriteAsync(model);
            }
            else
            {
                await context.Response.WriteAsync($$"""{"layers":[{"mediaType":"application/vnd.onnx","digest":"{{digest}}","size":1}]}""");
            }
        });
        string secret = new JsonObject { ["auths"] = new JsonObject { [$"127.0.0.1:{registry.Port}"] = new JsonObject { ["auth"] = TokenServer.User.Parameter } } }.ToJsonString();
        await using TestServer server = await StartAsync($"oci://127.0.0.1:{registry.Port}/team/penguins:v1", o => o with { Sources = o.Sources with { RegistryAuth = Secret.Of(secret) } });
        await server.WaitReadyAsync();
        Assert.Equal([("/token", TokenServer.User.ToString())], registry.Requests.Where(request => request.Authorization.StartsWith("Basic", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("a part without the whole's length", "it answered a part without the length of the whole")]
    [InlineData("more than the part", "it is longer than the")]
    [InlineData("that all of another version came", "it has changed")]
    public async Task An_answer_that_is_not_the_rest_is_not_taken_for_it(string kind, string reason)
    {
        byte[] model = Samples.Mlp(4, 8, 3);
        int half = model.Length / 2;
        StubServer? self = null;
        await using var web = self = new StubServer(async context =>
        {
            if (!context.Request.Path.Value!.EndsWith(".onnx", StringComparison.Ordinal))
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return;
            }

            context.Response.Headers.ETag = "\"v1\"";
            bool first = self!.Requests.Count == 1;
            if (context.Request.Headers.Range.Count > 0)
            {
                int from = int.Parse(context.Request.Headers.Range.ToString()["bytes=".Length..^1], CultureInfo.InvariantCulture);
                (int status, string range, byte[] body, string tag) = kind switch
                {
                    "more than the part" => (StatusCodes.Status206PartialContent, $"bytes {from}-{model.Length - 1}/{model.Length}", [.. model[from..], .. new byte[50]], "v1"),
                    "that all of another version came" => (StatusCodes.Status416RangeNotSatisfiable, $"bytes */{from}", Array.Empty<byte>(), "v2"),
                    _ => (StatusCodes.Status206PartialContent, $"bytes {from}-{from}/*", [model[from]], "v1"),
                };
                context.Response.StatusCode = status;
                context.Response.Headers.ContentRange = range;
                context.Response.Headers.ETag = $"\"{tag}\"";
                await context.Response.Body.WriteAsync(body);
                return;
            }

            context.Response.ContentLength = model.Length;
            await context.Response.Body.WriteAsync(first ? model.AsMemory(0, half) : model);
            await context.Response.Body.FlushAsync();
            // Closes once what was written is on its way.
            if (first) throw new IOException("broken on purpose");
        });
        await using TestServer server = await StartAsync($"{web.Address}/model.onnx");
        await server.WaitReadyAsync();
        Assert.Contains(reason, server.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("an archive of nothing but rubbish", "is not a tar archive that can be read")]
    [InlineData("too much", "the image unpacks to more than 4000000 bytes")]
    [InlineData("too many", "more than 64 ONNX files")]
    public async Task Layers_are_bounded_over_the_whole_image_and_none_stays(string kind, string reason)
    {
        byte[][] layers = kind switch
        {
            "too much" => [.. Enumerable.Range(0, 5).Select(i => Tar([($"{i}.bin", new byte[900_000])]))],
            "too many" => [.. Enumerable.Range(0, 2).Select(layer => Tar([.. Enumerable.Range(0, 40).Select(i => ($"{i}.onnx", new[] { (byte)layer, (byte)i }))]))],
            _ => [[.. Enumerable.Repeat((byte)'7', 2_000)]],
        };
        Dictionary<string, byte[]> blobs = layers.ToDictionary(layer => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(layer)));
        string manifest = $$"""{"layers":[{{string.Join(',', blobs.Keys.Select(digest => $$"""{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"{{digest}}"}"""))}}]}""";
        await using var registry = new StubServer(async context =>
        {
            byte[] body = blobs.GetValueOrDefault(context.Request.Path.Value!.Split('/')[^1]) ?? Encoding.UTF8.GetBytes(manifest);
            await context.Response.Body.WriteAsync(body);
        });
        string failure = await FailureOf($"oci://127.0.0.1:{registry.Port}/team/penguins:v1", o => o with { MaximumModelBytes = 1_000_000 });
        Assert.Contains(reason, failure, StringComparison.Ordinal);
        Assert.All(Directory.GetFiles(Path.Combine(_folder.Path, "cache", "sha256")), file => Assert.InRange(new FileInfo(file).Length, 2, 2));
    }

    private static byte[] Tar((string Path, byte[] Content)[] files)
    {
        using var packed = new MemoryStream();
        using (var writer = new TarWriter(packed, leaveOpen: true))
        {
            foreach ((string path, byte[] content) in files) writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(content) });
        }

        return packed.ToArray();
    }

    private async Task<string> FailureOf(string uri, Func<ServerOptions, ServerOptions>? change = null)
    {
        await using TestServer server = await StartAsync(uri, change);
        await server.WaitStoppedAsync().WaitAsync(TimeSpan.FromSeconds(60));
        ServerState state = server.Get<ServerState>();
        Assert.Equal(ExitCodes.ModelUnavailable, state.ExitCode);
        return state.Failure!;
    }

    private Task<TestServer> StartAsync(string uri, Func<ServerOptions, ServerOptions>? change = null) => TestServer.StartAsync(
        _folder.Path, o => (change ?? (same => same))(o with { ModelUri = CommandLine.Read(["--model-uri", uri], _ => null).ModelUri }));
}
