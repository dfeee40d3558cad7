using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Canario.Contract;
using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Lifecycle;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Models.Sources;
using Canario.TestModels;

namespace Canario.InferenceServer.Tests.Sources;

public sealed class S3SourceTests(S3Server s3) : IClassFixture<S3Server>, IDisposable
{
    private static readonly AwsCredentials s_lasting = new("AKIDLASTING", "lasting/secret+1", "");

    private readonly ModelFolder _folder = new([]);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("s3://models/penguins/v1/", "penguins/v1/", "AKIDLASTING", "lasting/secret+1", "")]
    [InlineData("s3://models/penguins/v2/model.onnx", "penguins/v2/", "AKIDTEMPORARY", "temporary/secret+2", "a/session+token==")]
    [InlineData("s3://models/mit Leerzeichen & größer+(1)/v~1/model.onnx", "mit%20Leerzeichen%20%26%20gr%C3%B6%C3%9Fer%2B%281%29/v~1/", "AKIDLASTING", "lasting/secret+1", "")]
    public async Task A_model_and_the_files_beside_it_come_with_signed_requests(string uri, string put, string id, string secret, string token)
    {
        await s3.PutAsync($"/models/{put}model.onnx", Samples.Mlp(4, 8, 3));
        await s3.PutAsync($"/models/{put}metadata.json", Encoding.UTF8.GetBytes(ModelFolder.Metadata));
        await s3.PutAsync($"/models/{put}baseline.json", Encoding.UTF8.GetBytes(ModelFolder.Baseline));
        await using TestServer server = await StartAsync(uri, o => o with { Aws = new AwsCredentials(id, secret, token) });
        await server.WaitReadyAsync();
        (int status, _) = await server.PostAsync("/predict", ModelFolder.Row);
        Assert.Equal(200, status);
        Assert.Contains(MetricNames.FeatureBaseline, await server.Client.GetStringAsync(HttpPaths.Metrics), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bucket_may_stand_in_the_hosts_name()
    {
        await s3.PutAsync("/models/named/model.onnx", [1, 2, 3]);
        var options = new SourceOptions { S3Endpoint = new Uri($"http://s3.localhost:{s3.Port}"), S3Region = "eu-test-1", S3PathStyle = false, Aws = s_lasting };
        ModelPlace place = await new S3Source(options, TimeProvider.System).OpenAsync(new Uri("s3://models/named/model.onnx"), default);
        SourceFile file = place(ModelFiles.Model)!;
        // No resolver knows the name.
        using var client = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync });
        using var request = new HttpRequestMessage(HttpMethod.Get, file.Address);
        file.Authorize!(request);
        using HttpResponseMessage response = await client.SendAsync(request);
        Assert.Equal($"models.s3.localhost:{s3.Port}", request.RequestUri!.Authority);
        Assert.Equal([1, 2, 3], await response.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("s3://models/a b/model.onnx", "", "https://models.s3.us-east-1.amazonaws.com/a%20b/model.onnx")]
    [InlineData("s3://models/m.onnx?versionId=x/y", "eu-west-3", "https://models.s3.eu-west-3.amazonaws.com/m.onnx?versionId=x%2Fy")]
    [InlineData("s3://models//lead/m.onnx", "", "https://models.s3.us-east-1.amazonaws.com//lead/m.onnx")]
    [InlineData("s3://models/x/../y/./m.onnx", "", "https://models.s3.us-east-1.amazonaws.com/x/../y/./m.onnx")]
    [InlineData("s3://models/%2e%2e/g%23h.onnx", "", "https://models.s3.us-east-1.amazonaws.com/../g%23h.onnx")]
    [InlineData("s3://My_Models/m.onnx", "", "https://s3.us-east-1.amazonaws.com/My_Models/m.onnx")]
    [InlineData("s3://my.models/m.onnx", "eu-west-3", "https://s3.eu-west-3.amazonaws.com/my.models/m.onnx")]
    [InlineData("s3://models/m.onnx", "cn-north-1", "https://models.s3.cn-north-1.amazonaws.com.cn/m.onnx")]
    public async Task Without_an_endpoint_it_is_AWSs(string uri, string region, string address)
    {
        ModelPlace place = await new S3Source(new SourceOptions { S3Region = region }, TimeProvider.System).OpenAsync(new Uri(uri), default);
        Assert.Equal(address, place(ModelFiles.Model)!.Address!.OriginalString);
    }

    [Theory]
    [InlineData("s3://models/g#h/m.onnx")]
    [InlineData("s3://models/")]
    [InlineData("s3://who:secret@models/m.onnx?secret")]
    public async Task What_names_no_key_is_refused_without_its_secrets(string uri)
    {
        ModelLoadException failure = await Assert.ThrowsAsync<ModelLoadException>(() => new S3Source(new SourceOptions(), TimeProvider.System).OpenAsync(new Uri(uri), default));
        Assert.Contains("is not s3://bucket/key; a '#' in the key is written %23", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_public_object_needs_no_credentials()
    {
        await s3.PutAsync("/public/model.onnx", Samples.Identity(1));
        await using TestServer server = await StartAsync("s3://public/", o => o with { Aws = null });
        await server.WaitReadyAsync();
    }

    [Theory]
    [InlineData("s3://models/there/", "AKIDLASTING", "a wrong secret", "SignatureDoesNotMatch")]
    [InlineData("s3://models/there/", "AKIDNOBODY", "lasting/secret+1", "InvalidAccessKeyId")]
    [InlineData("s3://models/there/", "AKIDTEMPORARY", "temporary/secret+2", "InvalidToken")]
    [InlineData("s3://models/there/", "", "", "403 Forbidden (AccessDenied: Access Denied)")]
    [InlineData("s3://models/nowhere/", "AKIDLASTING", "lasting/secret+1", "404 Not Found (NoSuchKey")]
    [InlineData("s3://nobucket/there/", "AKIDLASTING", "lasting/secret+1", "404 Not Found (NoSuchBucket")]
    public async Task What_S3_refuses_ends_the_server_with_its_reason(string uri, string id, string secret, string reason)
    {
        await s3.PutAsync("/models/there/model.onnx", Samples.Identity(1));
        await using TestServer server = await StartAsync(uri, o => o with { Aws = id.Length > 0 ? new AwsCredentials(id, secret, "") : null });
        await server.WaitStoppedAsync().WaitAsync(TimeSpan.FromSeconds(60));
        ServerState state = server.Get<ServerState>();
        Assert.Equal(ExitCodes.ModelUnavailable, state.ExitCode);
        Assert.Contains(reason, state.Failure, StringComparison.Ordinal);
        Assert.Contains($"{uri}model.onnx", state.Failure, StringComparison.Ordinal);
        if (secret.Length > 0) Assert.DoesNotContain(secret, server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_download_goes_on_where_it_was_with_a_signed_range()
    {
        byte[] model = Samples.WideMlp();
        await s3.PutAsync("/models/wide/model.onnx", model);
        await using var proxy = new BreakingProxy(s3.Port) { Resets = true };
        proxy.Breaks.Enqueue(1_000_000);
        proxy.Breaks.Enqueue(2_000_000);
        await using TestServer server = await StartAsync("s3://models/wide/", o => o with { S3Endpoint = new Uri($"http://127.0.0.1:{proxy.Port}") });
        await server.WaitReadyAsync();
        Assert.Equal([Convert.ToHexStringLower(SHA256.HashData(model))], Directory.GetFiles(Path.Combine(_folder.Path, "cache", "sha256")).Select(Path.GetFileName));
        // What was on its way when it broke comes on top.
        Assert.InRange(proxy.Passed, model.Length, model.Length + 2_900_000);
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, s3.Port, cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private Task<TestServer> StartAsync(string uri, Func<SourceOptions, SourceOptions> change)
    {
        ServerOptions options = CommandLine.Read(["--model-uri", uri, "--s3-endpoint", s3.Endpoint.AbsoluteUri, "--s3-region", "eu-test-1"], _ => null);
        return TestServer.StartAsync(_folder.Path, o => o with { ModelUri = options.ModelUri, Sources = change(options.Sources with { Aws = s_lasting }) });
    }
}
