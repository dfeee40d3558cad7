using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Canario.InferenceServer.Lifecycle;
using Canario.TestModels;

namespace Canario.InferenceServer.Tests;

/// <summary>
/// Statement by statement, the text of the Open Inference Protocol's inference_rest.md: every endpoint, object, field, optional member and
/// error. A test quotes the statement that it checks.
/// </summary>
public sealed class V2ConformanceTests(TrioServer trio) : IClassFixture<TrioServer>
{
    private const string Tensors = """{"name":"a","shape":[1,2],"datatype":"FP32","data":[1,2]},{"name":"b","shape":[1],"datatype":"INT64","data":[3]},{"name":"c","shape":[1,1],"datatype":"BYTES","data":["x"]}""";

    private readonly TestServer _server = trio.Server;

    [Theory]
    // "GET v2/health/live", "GET v2/health/ready": "a true status is indicated by HTTP status 200"
    [InlineData("/v2/health/live", "live", "boolean")]
    [InlineData("/v2/health/ready", "live", "boolean")]
    // "GET v2/models/${MODEL_NAME}[/versions/${MODEL_VERSION}]/ready": { "name" : $string, "ready" : $bool }
    [InlineData("/v2/models/m/ready", "name ready", "string boolean")]
    [InlineData("/v2/models/m/versions/m-1/ready", "name ready", "string boolean")]
    // $metadata_server_response: { "name", "version", "extensions" : [ $string, ... ] }
    [InlineData("/v2", "name version extensions", "string string array")]
    // $metadata_model_response: { "name", "versions" #optional, "platform", "inputs", "outputs" }
    [InlineData("/v2/models/m", "name versions platform inputs outputs", "string array string array array")]
    [InlineData("/v2/models/m/versions/m-1", "name versions platform inputs outputs", "string array string array array")]
    public async Task A_get_answers_200_with_the_members_of_the_specification(string path, string members, string kinds)
    {
        using HttpResponseMessage response = await _server.Client.GetAsync(path);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        JsonNode json = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        foreach ((string member, string kind) in members.Split(' ').Zip(kinds.Split(' ')))
            Assert.Equal(kind, Kind(json[member]));
    }

    [Fact]
    public async Task Model_metadata_describes_each_tensor_by_name_datatype_and_shape_with_minus_one_for_open_sizes()
    {
        JsonNode json = JsonNode.Parse(await _server.Client.GetStringAsync("/v2/models/m"))!;
        Assert.Equal("m", (string)json["name"]!);
        Assert.Equal("""["m-1"]""", json["versions"]!.ToJsonString());
        // "Platform … The ONNX format is onnx_onnxv1"
        Assert.Equal("onnx_onnxv1", (string)json["platform"]!);
        Assert.Equal(
            """[{"name":"a","datatype":"FP32","shape":[-1,2]},{"name":"b","datatype":"INT64","shape":[-1]},{"name":"c","datatype":"BYTES","shape":[-1,1]}]""",
            json["inputs"]!.ToJsonString());
        Assert.Equal(["numbers", "whole", "text"], json["outputs"]!.AsArray().Select(o => (string)o!["name"]!));
        Assert.Contains("binary_tensor_data", JsonNode.Parse(await _server.Client.GetStringAsync("/v2"))!["extensions"]!.AsArray().Select(e => (string)e!));
    }

    [Theory]
    [InlineData("/v2/models/m/infer")]
    [InlineData("/v2/models/m/versions/m-1/infer")]
    public async Task An_inference_answers_model_name_version_id_and_outputs(string path)
    {
        (int status, JsonNode json) = await _server.PostAsync(path, $$"""{"id":"42","inputs":[{{Tensors}}]}""");
        Assert.Equal(200, status);
        Assert.Equal("m", (string)json["model_name"]!);
        Assert.Equal("m-1", (string)json["model_version"]!);
        // "id": "The identifier given in the inference request"
        Assert.Equal("42", (string)json["id"]!);
        Assert.Equal(3, json["outputs"]!.AsArray().Count);
        foreach (JsonNode? output in json["outputs"]!.AsArray())
        {
            Assert.Equal("string", Kind(output!["name"]));
            Assert.Equal("array", Kind(output["shape"]));
            Assert.Equal("string", Kind(output["datatype"]));
            // "the data must be flattened to a one-dimensional, row-major representation" or nested; ours is flat.
            Assert.Equal("array", Kind(output["data"]));
        }

        Assert.Equal("""{"name":"numbers","datatype":"FP32","shape":[1,2],"data":[1,2]}""", json["outputs"]![0]!.ToJsonString());
    }

    [Fact]
    public async Task Outputs_are_optional_select_and_order_what_is_answered()
    {
        (_, JsonNode all) = await _server.PostAsync("/v2/models/m/infer", $$"""{"inputs":[{{Tensors}}]}""");
        Assert.Equal(["numbers", "whole", "text"], Names(all));
        (_, JsonNode none) = await _server.PostAsync("/v2/models/m/infer", $$"""{"inputs":[{{Tensors}}],"outputs":[]}""");
        Assert.Equal(["numbers", "whole", "text"], Names(none));
        (_, JsonNode some) = await _server.PostAsync("/v2/models/m/infer", $$$"""{"outputs":[{"name":"text"},{"name":"numbers","parameters":{"x":1}}],"inputs":[{{{Tensors}}}]}""");
        Assert.Equal(["text", "numbers"], Names(some));
    }

    [Fact]
    public async Task Id_parameters_and_outputs_may_be_null_and_unknown_members_are_passed_over()
    {
        (int status, JsonNode json) = await _server.PostAsync(
            "/v2/models/m/infer", $$$"""{"id":null,"parameters":null,"outputs":null,"extra":{"a":[1,"]"]},"inputs":[{{{Tensors.Replace("\"name\":\"a\"", "\"parameters\":null,\"note\":[],\"name\":\"a\"")}}}]}""");
        Assert.Equal(200, status);
        // The specification's schema wants an id in every answer.
        Assert.Equal(32, ((string)json["id"]!).Length);
    }

    [Theory]
    // "$parameter = $string : $string | $number | $boolean": at the request, the inputs and the outputs.
    [InlineData("""{"s":"x","n":1.5,"b":true}""")]
    [InlineData("{}")]
    public async Task Parameters_are_taken_everywhere_and_the_requests_come_back(string parameters)
    {
        (int status, JsonNode json) = await _server.PostAsync(
            "/v2/models/m/infer",
            $$$"""{"parameters":{{{parameters}}},"inputs":[{{{Tensors.Replace("\"name\":\"a\"", $"\"parameters\":{parameters},\"name\":\"a\"")}}}],"outputs":[{"name":"text","parameters":{{{parameters}}}}]}""");
        Assert.Equal(200, status);
        Assert.Equal(parameters, json["parameters"]!.ToJsonString());
    }

    [Theory]
    // "The tensor data … can be presented in multi-dimensional or flattened one-dimensional form"
    [InlineData("[[1,2],[3,4]]")]
    [InlineData("[1,2,3,4]")]
    [InlineData(" [ [ 1 , 2.0 ] , [ 30e-1 , 0.4E+1 ] ] ")]
    public async Task Tensor_data_is_nested_or_flat(string data)
    {
        (int status, JsonNode json) = await _server.PostAsync(
            "/v2/models/m/infer",
            $$"""{"inputs":[{"name":"a","shape":[2,2],"datatype":"FP32","data":{{data}}},{"name":"b","shape":[2],"datatype":"INT64","data":[1,2]},{"name":"c","shape":[2,1],"datatype":"BYTES","data":[["x"],["y"]]}]}""");
        Assert.Equal(200, status);
        Assert.Equal("[1,2,3,4]", json["outputs"]![0]!["data"]!.ToJsonString());
        Assert.Equal("""["x","y"]""", json["outputs"]![2]!["data"]!.ToJsonString());
    }

    [Theory]
    // "a failed inference request must be indicated by an HTTP error status (typically 400)" with { "error" : $string }
    [InlineData("""{"inputs":[""")]
    [InlineData("""[]""")]
    [InlineData("""{"inputs":{}}""")]
    [InlineData("""{"id":7,"inputs":[TENSORS]}""")]
    [InlineData("""{"parameters":[],"inputs":[TENSORS]}""")]
    [InlineData("""{"outputs":{},"inputs":[TENSORS]}""")]
    [InlineData("""{"outputs":[{}],"inputs":[TENSORS]}""")]
    [InlineData("""{"outputs":[{"name":"text"},{"name":"text"}],"inputs":[TENSORS]}""")]
    [InlineData("""{"inputs":[TENSORS,TENSORS]}""")]
    [InlineData("""{"inputs":[{"name":"a","name":"b","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""")]
    [InlineData("""{"inputs":[{"name":"a","shape":[1,-2],"datatype":"FP32","data":[1,2]}]}""")]
    [InlineData("""{"inputs":[{"name":"a","shape":[1,2.5],"datatype":"FP32","data":[1,2]}]}""")]
    [InlineData("""{"inputs":[{"name":"a","shape":"[1,2]","datatype":"FP32","data":[1,2]}]}""")]
    [InlineData("""{"inputs":[{"name":"a","shape":[1,2],"datatype":"FLOAT","data":[1,2]}]}""")]
    [InlineData("""{"inputs":[{"name":"a","shape":[1,2],"datatype":"FP32","data":{"0":1}}]}""")]
    [InlineData("""{"inputs":[{"name":"a","shape":[1,2],"datatype":"FP32","data":[true,false]}]}""")]
    [InlineData("""{"inputs":[{"name":"a","shape":[1,2],"datatype":"FP32","data":[[[1,2]]]}]}""")]
    public async Task A_failed_inference_is_400_with_an_error_string_alone(string body)
    {
        (int status, JsonNode json) = await _server.PostAsync("/v2/models/m/infer", body.Replace("TENSORS", Tensors));
        Assert.Equal(400, status);
        Assert.Equal("string", Kind(Assert.Single(json.AsObject(), member => member.Key == "error").Value));
        Assert.Single(json.AsObject());
    }

    [Theory]
    [InlineData("GET", "/v2/models/other/ready")]
    [InlineData("GET", "/v2/models/m/versions/9/ready")]
    [InlineData("GET", "/v2/models/other")]
    [InlineData("GET", "/v2/models/m/versions/9")]
    [InlineData("POST", "/v2/models/other/infer")]
    [InlineData("POST", "/v2/models/m/versions/9/infer")]
    [InlineData("POST", "/v2/models/m/generate")]
    public async Task Another_model_or_version_is_an_error_with_an_error_string(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method == "POST") request.Content = new StringContent($$"""{"inputs":[{{Tensors}}]}""", Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using HttpResponseMessage response = await _server.Client.SendAsync(request);
        Assert.Equal(404, (int)response.StatusCode);
        Assert.Equal("string", Kind(JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]));
    }

    [Fact]
    public async Task A_server_without_its_model_yet_is_live_and_not_ready_and_tells_an_error_where_it_is_asked_for_more()
    {
        using var source = new SilentSource();
        using var folder = new ModelFolder([]);
        await using TestServer server = await TestServer.StartAsync(folder.Path, o => o with { ModelUri = source.ModelUri });
        foreach ((string path, int status, string body) in new[]
        {
            ("/v2/health/live", 200, """{"live":true}"""), ("/v2", 200, ""), ("/v2/health/ready", 503, """{"live":true,"ready":false}"""), ("/v2/models/m/ready", 503, ""),
            ("/v2/models/m", 503, """{"error":"the model is not loaded yet"}"""),
        })
        {
            using HttpResponseMessage response = await server.Client.GetAsync(path);
            Assert.Equal(status, (int)response.StatusCode);
            string text = await response.Content.ReadAsStringAsync();
            if (body.Length > 0) Assert.Equal(body, text);
        }

        (int code, JsonNode json) = await server.PostAsync("/v2/models/m/infer", $$"""{"inputs":[{{Tensors}}]}""");
        Assert.Equal(503, code);
        Assert.Equal("""{"error":"the model is not loaded yet"}""", json.ToJsonString());
    }

    [Fact]
    public async Task A_server_that_drains_is_live_and_infers_but_neither_it_nor_its_model_is_ready()
    {
        using var folder = new ModelFolder(Samples.Trio());
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        server.Get<ServerState>().Drain();
        foreach ((string path, int status) in new[] { ("/v2/health/live", 200), ("/v2/health/ready", 503), ("/v2/models/m/ready", 503), ("/v2/models/m", 200) })
        {
            using HttpResponseMessage response = await server.Client.GetAsync(path);
            Assert.True(status == (int)response.StatusCode, $"{path} is {response.StatusCode}");
        }

        Assert.Equal(200, (await server.PostAsync("/v2/models/m/infer", $$"""{"inputs":[{{Tensors}}]}""")).Status);
    }

    private static IEnumerable<string> Names(JsonNode answer) => answer["outputs"]!.AsArray().Select(o => (string)o!["name"]!);

    private static string Kind(JsonNode? node) => node switch
    {
        JsonArray => "array",
        JsonObject => "object",
        JsonValue value when value.TryGetValue(out bool _) => "boolean",
        JsonValue value when value.TryGetValue(out string? _) => "string",
        JsonValue => "number",
        _ => "absent",
    };
}
