using System.Text.Json.Nodes;
using Canario.Contract;
using Canario.TestModels;

namespace Canario.InferenceServer.Tests;

public sealed class V1Tests
{
    private const string Path = "/v1/models/m:predict";

    [Fact]
    public async Task Rows_of_a_tensor_are_answered_row_by_row_nested_by_the_models_shape()
    {
        byte[] model = new OnnxGraph().Input("x", 1, "n", 2, 3).Output("y", 1, "n", 2, 3).Node("Identity", ["x"], ["y"]).Build();
        using var folder = new ModelFolder(model);
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        (int status, JsonNode answer) = await server.PostAsync(Path, """{"signature_name":"serving","instances":[[[1,2,3],[4,5,6]],[[7,8,9.5],[-1,0,1]]]}""");
        Assert.Equal(200, status);
        Assert.Equal("""{"predictions":[[[1,2,3],[4,5,6]],[[7,8,9.5],[-1,0,1]]]}""", answer.ToJsonString());
        Assert.True((bool)JsonNode.Parse(await server.Client.GetStringAsync("/v1/models/m"))!["ready"]!);
    }

    [Fact]
    public async Task Rows_without_dimensions_are_bare_values_and_several_outputs_are_named()
    {
        byte[] model = new OnnxGraph().Input("x", 7, "n").Output("same", 7, "n").Output("float", 1, "n")
            .Node("Identity", ["x"], ["same"]).Node("Cast", ["x"], ["float"], OnnxGraph.Whole("to", 1)).Build();
        using var folder = new ModelFolder(model);
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        (int status, JsonNode answer) = await server.PostAsync(Path, """{"instances":[7,-8]}""");
        Assert.Equal(200, status);
        Assert.Equal("""{"predictions":[{"same":7,"float":7},{"same":-8,"float":-8}]}""", answer.ToJsonString());
    }

    [Fact]
    public async Task An_output_that_is_not_one_of_rows_belongs_to_none_of_them()
    {
        byte[] model = new OnnxGraph().Input("x", 1, "n", 2).Output("y", 1, "n", 2).Output("w", 1, 2)
            .Node("Identity", ["x"], ["y"]).Node("ReduceMax", ["x"], ["w"], OnnxGraph.Wholes("axes", 0), OnnxGraph.Whole("keepdims", 0)).Build();
        using var folder = new ModelFolder(model, """{"name":"m","features":[{"name":"a","type":"number","tensor":"x","column":0},{"name":"b","type":"number","tensor":"x","column":1}]}""");
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        (_, JsonNode one) = await server.PostAsync("/predict", """{"a":7,"b":8}""");
        (_, JsonNode three) = await server.PostAsync("/predict", """[{"a":7,"b":8},{"a":1,"b":2},{"a":3,"b":4}]""");
        Assert.Equal("""{"w":null}""", one["outputs"]!.ToJsonString());
        Assert.All(three["predictions"]!.AsArray(), row => Assert.Equal("""{"w":null}""", row!["outputs"]!.ToJsonString()));
    }

    [Theory]
    [InlineData("""{"signature_name":"serving_default","parameters":{"a":[1]},"instances":[ROW]}""", "")]
    [InlineData("""{"instances":[ROW],"signature_name":"serving_default"}""", "")]
    [InlineData("ROW", "'instances' is missing: it takes an array of rows")]
    [InlineData("[ROW]", "'instances' is missing: it takes an array of rows")]
    public async Task Named_features_come_as_instances_in_any_order_of_members(string body, string message)
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        (int status, JsonNode answer) = await server.PostAsync(Path, body.Replace("ROW", ModelFolder.Row, StringComparison.Ordinal));
        Assert.Equal(message.Length == 0 ? 200 : 400, status);
        if (message.Length > 0) Assert.Equal(message, (string)answer["error"]!);
        else Assert.Single(answer["predictions"]!.AsArray());
    }

    [Fact]
    public async Task Rows_of_named_features_are_answered_as_predict_does_and_counted_as_V1()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        (int status, JsonNode answer) = await server.PostAsync(Path, $$"""{"instances":[{{ModelFolder.Row}},{{ModelFolder.Row}}]}""");
        Assert.Equal(200, status);
        (_, JsonNode predicted) = await server.PostAsync("/predict", $"[{ModelFolder.Row},{ModelFolder.Row}]");
        Assert.Equal(predicted["predictions"]!.ToJsonString(), answer["predictions"]!.ToJsonString());
        Assert.Contains(
            (await server.Client.GetStringAsync(HttpPaths.Metrics)).Split('\n'),
            line => line.StartsWith(MetricNames.InferenceRequests, StringComparison.Ordinal) && line.Contains("\"v1-rest\"") && line.Contains("\"200\"") && line.EndsWith(" 1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"instances":[]}""", 400, "no rows are given")]
    [InlineData("""{}""", 400, "'instances' is missing")]
    [InlineData("""{"instances":[[1,2]],"instances":[[1,2]]}""", 400, "given twice")]
    [InlineData("""{"instances":[[1,2,3]]}""", 400, "has not the number of elements")]
    [InlineData("""{"instances":[[1]]}""", 400, "fewer elements")]
    [InlineData("""{"instances":[1,2]}""", 400, "'[' expected")]
    [InlineData("""{"instances":[["x","y"]]}""", 400, "input 'x', element 0: '\"x\"' is no FP32, which takes a number")]
    [InlineData("""[[1,2]]""", 400, "'{' expected")]
    public async Task A_bad_request_is_told_what_is_wrong(string body, int expected, string message)
    {
        using var folder = new ModelFolder(new OnnxGraph().Input("x", 1, "n", 2).Output("y", 1, "n", 2).Node("Identity", ["x"], ["y"]).Build());
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        (int status, JsonNode answer) = await server.PostAsync(Path, body);
        Assert.Equal(expected, status);
        Assert.Contains(message, (string)answer["error"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"instances":[{"a":[1,2],"b":7,"c":["é"]},{"c":[""],"b":-9007199254740993,"a":[0.5,-1]}]}""", 200, """{"predictions":[{"numbers":[1,2],"whole":7,"text":["é"]},{"numbers":[0.5,-1],"whole":-9007199254740993,"text":[""]}]}""")]
    [InlineData("""{"instances":[[1,2]]}""", 400, "row 0 must be an object of the inputs 'a', 'b', 'c'")]
    [InlineData("""{"instances":[{"a":[1,2],"b":7,"c":[""]},{"a":[1,2],"c":[""]}]}""", 400, "row 1: input 'b' is missing")]
    [InlineData("""{"instances":[{"a":[1,2],"a":[1,2],"b":7,"c":[""]}]}""", 400, "input 'a' is given twice")]
    [InlineData("""{"instances":[{"a":[1],"b":7,"c":[""]}]}""", 400, "input 'a' has fewer elements than shape [1,2]")]
    [InlineData("""{"instances":[{"a":[1,2],"b":7.5,"c":[""]}]}""", 400, "input 'b', element 0: '7.5' is no INT64")]
    [InlineData("""{"instances":[{"a":[1,2],"b":7,"d":[""]}]}""", 400, "no input 'd'")]
    public async Task A_model_with_several_inputs_takes_rows_as_objects_of_them(string body, int expected, string content)
    {
        using var folder = new ModelFolder(Samples.Trio());
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        (int status, JsonNode answer) = await server.PostAsync(Path, body);
        Assert.Equal(expected, status);
        if (expected == 200) Assert.True(JsonNode.DeepEquals(JsonNode.Parse(content), answer), answer.ToJsonString());
        else Assert.Contains(content, (string)answer["error"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probabilities_that_the_model_names_are_answered_by_class()
    {
        using var folder = new ModelFolder(Samples.ZipMap());
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        (int status, JsonNode answer) = await server.PostAsync(Path, """{"instances":[[0.25,0.75],{"x":[1,0]}]}""");
        Assert.Equal(200, status);
        Assert.Equal("""{"predictions":[{"no":0.25,"yes":0.75},{"no":1,"yes":0}]}""", answer.ToJsonString());
    }

    [Fact]
    public async Task Other_paths_and_methods_are_refused()
    {
        using var folder = new ModelFolder(Samples.Trio());
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        foreach (string path in new[] { "/v1/models/other:predict", "/v1/models/m:explain", "/v1/models/m:predict:x" })
            Assert.Equal(404, (await server.PostAsync(path, "{}")).Status);
        Assert.Equal(405, (int)(await server.Client.GetAsync(Path)).StatusCode);
    }
}
