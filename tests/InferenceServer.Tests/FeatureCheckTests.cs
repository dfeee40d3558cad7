using System.Text.Json.Nodes;
using Canario.InferenceServer.Tests.Grpc;
using Canario.TestModels;

namespace Canario.InferenceServer.Tests;

/// <summary>Tensors that come as such are held to the schema too; see <see cref="ModelFolder.Metadata"/>.</summary>
public sealed class FeatureCheckTests(FeaturesServer features, GrpcJsClient client) : IClassFixture<FeaturesServer>, IClassFixture<GrpcJsClient>
{
    [Theory]
    [InlineData("1,4", "200,1,0,5", "feature 'age' in input 'input': '200' is not allowed; it takes a number from 0 to 120")]
    [InlineData("1,4", "30,1.5,0,5", "feature 'visits' in input 'input': '1.5' is not allowed; it takes a whole number")]
    [InlineData("1,4", "30,1,2,5", "feature 'colour' in input 'input': '2' is not allowed; it takes a whole number from 0 to 1, the place of one of 'red', 'green'")]
    [InlineData("1,4", "30,1,0.5,5", "feature 'colour' in input 'input': '0.5' is not allowed")]
    [InlineData("1,4", "30,1,0,4242424", "feature 'income' in input 'input': the value is not allowed; it takes a number of at most 1000")]
    [InlineData("2,4", "30,1,0,5,-1,1,0,5", "row 1: feature 'age' in input 'input': '-1' is not allowed")]
    public async Task A_bad_element_is_named_as_its_feature(string shape, string data, string message)
    {
        (int status, JsonNode answer) = await features.Server.PostAsync("/v2/models/m/infer", $$"""{"inputs":[{"name":"input","shape":[{{shape}}],"datatype":"FP32","data":[{{data}}]}]}""");
        Assert.Equal(400, status);
        Assert.StartsWith(message, (string)answer["error"]!, StringComparison.Ordinal);
        JsonNode called = await client.CallAsync(
            features.Server, "ModelInfer", $$$"""{"model_name":"m","inputs":[{"name":"input","datatype":"FP32","shape":[{{{shape}}}],"contents":{"fp32_contents":[{{{data}}}]}}]}""");
        Assert.Equal(3, (int)called["code"]!);
        Assert.StartsWith(message, (string)called["details"]!, StringComparison.Ordinal);
        Assert.DoesNotContain("4242424", features.Server.Log + answer.ToJsonString() + called.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_number_that_was_not_measured_may_be_NaN_where_the_schema_says_so()
    {
        const string Metadata = """
            {"name":"m","features":[
              {"name":"a","type":"number","tensor":"input","column":0,"minimum":0,"default":null},
              {"name":"b","type":"number","tensor":"input","column":1,"minimum":0,"default":-1},
              {"name":"c","type":"number","tensor":"input","column":2},
              {"name":"d","type":"boolean","tensor":"input","column":3}]}
            """;
        using var folder = new ModelFolder(Samples.Mlp(4, 8, 3), Metadata);
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        Assert.Equal(200, await PostAsync([float.NaN, 1, float.NaN, 1]));
        Assert.Equal(400, await PostAsync([1, float.NaN, 1, 1]));
        Assert.Equal(400, await PostAsync([1, 1, 1, float.NaN]));
        Assert.Equal(400, await PostAsync([1, 1, 1, 2]));
        // Its own sign of what was not measured, and another number below the range.
        Assert.Equal(200, await PostAsync([1, -1, 1, 1]));
        Assert.Equal(400, await PostAsync([1, -2, 1, 1]));

        async Task<int> PostAsync(float[] values)
        {
            byte[] json = """{"inputs":[{"name":"input","shape":[1,4],"datatype":"FP32","parameters":{"binary_data_size":16}}]}"""u8.ToArray();
            using var content = new ByteArrayContent([.. json, .. System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan())]);
            content.Headers.Add("Inference-Header-Content-Length", $"{json.Length}");
            using HttpResponseMessage answer = await server.Client.PostAsync("/v2/models/m/infer", content);
            return (int)answer.StatusCode;
        }
    }

    [Theory]
    [InlineData("1,0,0,5", 200)]
    [InlineData("0,0,0,5", 200)]
    [InlineData("1,0,1,5", 400)]
    [InlineData("0,0.5,0,5", 400)]
    public async Task One_hot_is_one_at_most(string data, int expected)
    {
        const string Metadata = """
            {"name":"m","features":[{"name":"c","type":"category","tensor":"input","column":0,"encoding":"one-hot","categories":["x","y","z"]},{"name":"d","type":"number","tensor":"input","column":3}]}
            """;
        using var folder = new ModelFolder(Samples.Mlp(4, 8, 3), Metadata);
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        (int status, _) = await server.PostAsync("/v2/models/m/infer", $$"""{"inputs":[{"name":"input","shape":[1,4],"datatype":"FP32","data":[{{data}}]}]}""");
        Assert.Equal(expected, status);
    }

    [Theory]
    [InlineData("FP32", "0.1", 200)]
    [InlineData("FP16", "0.1", 200)]
    [InlineData("BF16", "0.1", 200)]
    [InlineData("FP32", "0.10000002", 400)]
    [InlineData("FP32", "1e999", 400)]
    [InlineData("FP64", "0.1", 200)]
    [InlineData("FP64", "0.10000000000000002", 400)]
    public async Task A_bound_itself_is_in_the_range_however_the_tensors_type_rounds_it(string datatype, string value, int expected)
    {
        using var folder = new ModelFolder(
            Samples.Identity(Samples.Types[datatype]),
            """{"name":"m","features":[{"name":"a","type":"number","tensor":"x","column":0,"maximum":0.1},{"name":"b","type":"number","tensor":"x","column":1,"minimum":0.1}]}""");
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        (int status, _) = await server.PostAsync("/v2/models/m/infer", $$"""{"inputs":[{"name":"x","shape":[1,2],"datatype":"{{datatype}}","data":[{{value}},0.1]}]}""");
        Assert.Equal(expected, status);
    }

    [Fact]
    public async Task Inputs_that_do_not_fit_to_each_other_are_the_clients_mistake_when_the_run_fails()
    {
        byte[] model = new OnnxGraph().Input("a", 1, "n", 2).Input("b", 1, "n", 2).Output("y", 1, "n", 4)
            .Node("Concat", ["a", "b"], ["y"], OnnxGraph.Whole("axis", 1)).Build();
        using var folder = new ModelFolder(model);
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        (int status, JsonNode answer) = await server.PostAsync(
            "/v2/models/m/infer",
            """{"inputs":[{"name":"a","shape":[2,2],"datatype":"FP32","data":[1,2,3,4]},{"name":"b","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""");
        Assert.Equal(400, status);
        Assert.Equal("input 'b' has size 1 where 'a' has 2; the model takes the same for both ('n')", (string)answer["error"]!);
    }

    [Fact]
    public async Task The_librarys_own_lines_which_show_values_are_in_no_log()
    {
        using var folder = new ModelFolder(Samples.Lookup(), """{"name":"m","features":[{"name":"x","type":"integer","tensor":"x","column":0,"sensitive":true}]}""");
        (ServerProcess server, HttpClient http) = await ServerProcess.StartReadyAsync(folder, []);
        using (server)
        using (http)
        {
            using HttpResponseMessage answer = await http.PostAsync(
                "/v2/models/model/infer", new StringContent("""{"inputs":[{"name":"x","shape":[1],"datatype":"INT64","data":[31337]}]}"""));
            Assert.Equal(500, (int)answer.StatusCode);
            Assert.DoesNotContain("31337", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            server.Signal(ServerProcess.SigTerm);
            await server.EndAsync();
            Assert.Contains("failed", server.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("31337", server.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("onnxruntime", server.Output, StringComparison.Ordinal);
        }
    }
}
