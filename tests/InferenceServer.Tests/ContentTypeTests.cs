using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Canario.InferenceServer.Tests;

/// <summary>Bodies in forms that the server does not read.</summary>
public sealed class ContentTypeTests(FeaturesServer features) : IClassFixture<FeaturesServer>
{
    private const string Infer = "/inference.GRPCInferenceService/ModelInfer";

    [Theory]
    [InlineData("/predict", "application/json")]
    [InlineData("/predict", "application/x-ndjson")]
    [InlineData("/v2/models/m/infer", "application/json")]
    [InlineData("/v1/models/m:predict", "application/json")]
    [InlineData("/feedback", "application/json")]
    public async Task A_packed_body_is_refused_by_the_name_of_its_encoding(string path, string type)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(Encoding.UTF8.GetBytes(ModelFolder.Row));
        using HttpResponseMessage response = await PostAsync(path, type, packed.ToArray(), "gzip");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        // RFC 9110, 15.5.16: what would have been taken.
        Assert.Equal("identity", response.Headers.GetValues("Accept-Encoding").Single());
        string error = (string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!;
        Assert.Contains("'gzip'", error, StringComparison.Ordinal);
        Assert.Contains("unpacked", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("identity", 200)]
    [InlineData("Identity", 200)]
    [InlineData("br", 415)]
    [InlineData("identity, gzip", 415)]
    public async Task Only_a_body_as_it_is_is_taken(string encoding, int status)
    {
        using HttpResponseMessage response = await PostAsync("/predict", "application/json", Encoding.UTF8.GetBytes(ModelFolder.Row), encoding);
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("application/grpc+json", Infer, 415)]
    [InlineData("application/grpc+json; charset=utf-8", "/inference.GRPCInferenceService/ServerLive", 415)]
    [InlineData("application/grpc+prototype", Infer, 415)]
    [InlineData("application/grpc-web", Infer, 415)]
    [InlineData("application/json", "/grpc.health.v1.Health/Check", 415)]
    [InlineData("application/grpc", Infer, 200)]
    [InlineData("application/grpc+proto", Infer, 200)]
    [InlineData("Application/gRPC+Proto", Infer, 200)]
    [InlineData("application/grpc;charset=utf-8", Infer, 200)]
    [InlineData("application/grpc+proto ; a=b", Infer, 200)]
    public async Task Calls_of_gRPC_are_taken_as_protobuf_only(string type, string path, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{features.Server.GrpcPort}{path}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(new byte[5]),
        };
        request.Content.Headers.TryAddWithoutValidation("content-type", type);
        using HttpResponseMessage response = await features.Server.Client.SendAsync(request);
        string body = await response.Content.ReadAsStringAsync();
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(status == 200, response.TrailingHeaders.Contains("grpc-status"));
        if (status == 415) Assert.Contains("application/grpc+proto", (string)JsonNode.Parse(body)!["error"]!, StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> PostAsync(string path, string type, byte[] body, string encoding)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        content.Headers.TryAddWithoutValidation("content-encoding", encoding);
        return await features.Server.Client.PostAsync(path, content);
    }
}
