using System.Text.Json.Nodes;
using Canario.Contract;
using Canario.InferenceServer.Tests.Grpc;
using Canario.InferenceServer.Tests.Sources;
using Canario.TestModels;

namespace Canario.InferenceServer.Tests;

/// <summary>What is answered of the model before there is one.</summary>
public sealed class LoadingTests(GrpcJsClient client) : IClassFixture<GrpcJsClient>
{
    private const string NotReady = """{"name":"m","ready":false}""";

    [Fact]
    public async Task While_the_model_is_loading_its_readiness_has_the_specifications_shapes_and_other_names_are_not_found()
    {
        await using var slow = new StubServer(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        using var folder = new ModelFolder(Samples.Identity(1));
        await using TestServer server = await TestServer.StartAsync(folder.Path, o => o with { ModelUri = new Uri(slow.Address + "/model.onnx") });
        foreach (string path in new[] { "/v2/models/m/ready", "/v2/models/m/versions/m-1/ready", "/v1/models/m" })
        {
            using HttpResponseMessage answer = await server.Client.GetAsync(path);
            Assert.Equal((path, 503, NotReady), (path, (int)answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        }

        foreach ((string path, int expected) in new[]
        {
            ("/v2/models/other/ready", 404), ("/v2/models/m/versions/7/ready", 404), ("/v1/models/other", 404), ("/v2/models/other", 404), ("/v2/models/m", 503),
        })
        {
            using HttpResponseMessage answer = await server.Client.GetAsync(path);
            Assert.Equal((path, expected), (path, (int)answer.StatusCode));
            Assert.NotNull(JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["error"]);
        }

        foreach ((string path, int expected) in new[] { ("/v2/models/m/infer", 503), ("/v1/models/m:predict", 503), ("/v2/models/other/infer", 404), ("/v1/models/other:predict", 404) })
        {
            (int status, JsonNode body) = await server.PostAsync(path, "{}");
            Assert.Equal((path, expected), (path, status));
            Assert.NotNull(body["error"]);
        }

        foreach ((string method, string request, int code) in new[]
        {
            ("ModelReady", """{"name":"m"}""", 0), ("ModelReady", """{"name":"m","version":"m-1"}""", 0), ("ModelReady", """{"name":"other"}""", 5),
            ("ModelReady", """{"name":"m","version":"7"}""", 5), ("ModelMetadata", """{"name":"other"}""", 5), ("ModelMetadata", """{"name":"m"}""", 14),
        })
        {
            JsonNode answer = await client.CallAsync(server, method, request);
            Assert.Equal((method, request, code), (method, request, (int)answer["code"]!));
            if (code == 0) Assert.Equal("""{"ready":false}""", answer["response"]!.ToJsonString());
        }

        Assert.Equal("/model.onnx", slow.Requests.First().Path);
        Assert.Contains("not loaded", (string)JsonNode.Parse(await (await server.Client.GetAsync(HttpPaths.Contract)).Content.ReadAsStringAsync())!["error"]!, StringComparison.Ordinal);
    }
}
