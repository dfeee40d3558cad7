using System.Text.Json.Nodes;
using Canario.TestModels;

namespace Canario.InferenceServer.Tests;

public sealed class OpenApiTests
{
    [Fact]
    public async Task The_document_describes_the_models_own_features_and_tensors()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        JsonNode document = await ReadAsync(server);
        Assert.StartsWith("3.1.", (string)document["openapi"]!, StringComparison.Ordinal);
        Assert.Equal("m-1", (string)document["info"]!["version"]!);
        JsonNode features = document["components"]!["schemas"]!["Features"]!;
        Assert.Equal("""{"type":"number","minimum":0,"maximum":120}""", features["properties"]!["age"]!.ToJsonString());
        Assert.Equal("""{"type":["integer","null"],"default":2}""", features["properties"]!["visits"]!.ToJsonString());
        Assert.Equal("""{"type":"string","enum":["red","green"]}""", features["properties"]!["colour"]!.ToJsonString());
        Assert.Equal("""["age","colour","income"]""", features["required"]!.ToJsonString());
        Assert.Contains("\"const\":\"FP32\"", document["components"]!["schemas"]!["InferRequest"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("""["a","b","c"]""", document["components"]!["schemas"]!["Prediction"]!["properties"]!["prediction"]!["enum"]!.ToJsonString());
        RequireEveryReference(document, document);
    }

    [Fact]
    public async Task Every_path_of_the_document_is_answered_and_nothing_else_is_promised()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        JsonObject paths = (await ReadAsync(server))["paths"]!.AsObject();
        Assert.True(paths.Count >= 12, $"{paths.Count} paths");
        foreach ((string path, JsonNode? item) in paths)
        {
            foreach ((string method, JsonNode? operation) in item!.AsObject())
            {
                // An empty object is a wrong request to each post, and 400 is what the document says of those.
                using var request = new HttpRequestMessage(new HttpMethod(method.ToUpperInvariant()), path);
                if (method == "post") request.Content = new StringContent("{}");
                using HttpResponseMessage response = await server.Client.SendAsync(request);
                string code = ((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
                Assert.Equal(method == "post" ? "400" : "200", code);
                Assert.NotNull(operation!["responses"]![code]);
            }
        }
    }

    [Fact]
    public async Task A_model_without_inputs_has_a_schema_of_no_inputs()
    {
        using var folder = new ModelFolder(new OnnxGraph().Output("y", 7, 2).Node("Constant", [], ["y"], OnnxGraph.Wholes("value_ints", 1, 2)).Build());
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        JsonNode schemas = (await ReadAsync(server))["components"]!["schemas"]!;
        Assert.Equal("""{"type":"array","minItems":0,"maxItems":0}""", schemas["InferRequest"]!["properties"]!["inputs"]!.ToJsonString());
    }

    [Fact]
    public async Task A_model_without_features_promises_no_predict_and_a_key_is_told_where_one_is_needed()
    {
        using var folder = new ModelFolder(Samples.Identity(1));
        string keys = Path.Combine(folder.Path, "keys");
        File.WriteAllText(keys, "some-long-key");
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path, o => o with { ApiKeysFile = keys });
        Assert.Equal(401, (int)(await server.Client.GetAsync("/openapi.json")).StatusCode);
        server.Client.DefaultRequestHeaders.Add("x-api-key", "some-long-key");
        JsonNode document = await ReadAsync(server);
        Assert.Null(document["paths"]!["/predict"]);
        Assert.Equal("[]", document["paths"]!["/health"]!["get"]!["security"]!.ToJsonString());
        Assert.Null(document["paths"]!["/v2/models/m"]!["get"]!["security"]);
        Assert.NotNull(document["paths"]!["/v2/models/m"]!["get"]!["responses"]!["401"]);
        Assert.Equal("bearer", (string)document["components"]!["securitySchemes"]!["bearer"]!["scheme"]!);
        RequireEveryReference(document, document);
    }

    private static async Task<JsonNode> ReadAsync(TestServer server) => JsonNode.Parse(await server.Client.GetStringAsync("/openapi.json"))!;

    private static void RequireEveryReference(JsonNode? node, JsonNode document)
    {
        if (node is JsonObject members)
        {
            foreach ((string name, JsonNode? value) in members)
            {
                if (name == "$ref") Assert.NotNull(document["components"]!["schemas"]![((string)value!).Split('/')[^1]]);
                else RequireEveryReference(value, document);
            }
        }
        else if (node is JsonArray items)
        {
            foreach (JsonNode? item in items) RequireEveryReference(item, document);
        }
    }
}
