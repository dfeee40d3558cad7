using System.Security.Cryptography;
using Canario.Contract;
using Canario.InferenceServer.Lifecycle;
using Canario.TestModels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Canario.InferenceServer.Tests;

public sealed class FetchTests : IAsyncDisposable
{
    private static readonly byte[] s_model = Samples.Identity(1);
    private static readonly string s_digest = Convert.ToHexStringLower(SHA256.HashData(s_model));
    private byte[] _model = s_model;

    private readonly WebApplication _files;
    private readonly ModelFolder _folder = new([]);
    private readonly Queue<int> _refusals = new();
    private int _served;

    public FetchTests()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _files = builder.Build();
        _files.Run(async context =>
        {
            if (!context.Request.Path.Value!.EndsWith("model.onnx", StringComparison.Ordinal))
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
            }
            else if (_refusals.TryDequeue(out int status))
            {
                context.Response.StatusCode = status;
            }
            else
            {
                Interlocked.Increment(ref _served);
                await context.Response.Body.WriteAsync(_model);
            }
        });
        _files.StartAsync().GetAwaiter().GetResult();
    }

    private Uri ModelUri => new(_files.Urls.Single() + "/m/model.onnx");

    public async ValueTask DisposeAsync()
    {
        await _files.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_model_comes_over_http_after_passing_errors_and_then_from_the_cache()
    {
        _refusals.Enqueue(503);
        _refusals.Enqueue(429);
        await using (await TestServer.StartReadyAsync(_folder.Path, o => o with { ModelUri = ModelUri, ModelSha256 = s_digest }))
            Assert.Equal(1, _served);
        await using (await TestServer.StartReadyAsync(_folder.Path, o => o with { ModelUri = ModelUri, ModelSha256 = s_digest }))
            Assert.Equal(1, _served);
        Assert.Equal([s_digest], Directory.GetFiles(Path.Combine(_folder.Path, "cache", "sha256")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Servers_of_an_address_that_gives_out_other_bytes_meanwhile_tell_two_digests()
    {
        Assert.Equal(s_digest, await ServedDigestAsync());
        _model = Samples.Identity(2);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(_model)), await ServedDigestAsync());

        async Task<string> ServedDigestAsync()
        {
            await using TestServer server = await TestServer.StartReadyAsync(_folder.Path, o => o with { ModelUri = ModelUri });
            const string Start = MetricNames.InferenceModel + "{model_namespace=\"prod\",model=\"m\",revision=\"m-1\",sha256=\"";
            string line = Assert.Single((await server.Client.GetStringAsync("/metrics")).Split('\n'), line => line.StartsWith(Start, StringComparison.Ordinal));
            Assert.EndsWith("\"} 1", line, StringComparison.Ordinal);
            string digest = line[Start.Length..^"\"} 1".Length];
            Assert.Contains($"\"sha256\":\"{digest}\"", await server.Client.GetStringAsync("/health"), StringComparison.Ordinal);
            return digest;
        }
    }

    [Theory]
    [InlineData(403, "", 1L << 20, ExitCodes.ModelUnavailable)]
    [InlineData(200, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 1L << 20, ExitCodes.WrongDigest)]
    [InlineData(200, "", 10, ExitCodes.ModelUnavailable)]
    public async Task A_refusal_a_wrong_digest_and_a_model_too_large_are_final_and_leave_nothing_behind(int status, string digest, long limit, int code)
    {
        if (status != 200) _refusals.Enqueue(status);
        await using TestServer server = await TestServer.StartAsync(
            _folder.Path, o => o with { ModelUri = ModelUri, ModelSha256 = digest, MaximumModelBytes = limit });
        await server.WaitStoppedAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(code, server.Get<ServerState>().ExitCode);
        string cache = Path.Combine(_folder.Path, "cache", "sha256");
        Assert.False(Directory.Exists(cache) && Directory.GetFiles(cache).Length > 0);
    }
}
