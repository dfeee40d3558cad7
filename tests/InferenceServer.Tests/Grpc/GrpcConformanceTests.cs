using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Canario.InferenceServer.Lifecycle;
using Canario.TestModels;

namespace Canario.InferenceServer.Tests.Grpc;

/// <summary>
/// Call by call and field by field, the text of the Open Inference Protocol's inference_grpc.md and open_inference_grpc.proto, through a client
/// that is not ours. A test quotes the statement that it checks; docs/conformance.md lists them. Errors: <see cref="GrpcConformanceErrorTests"/>.
/// </summary>
public sealed class GrpcConformanceTests(TrioServer trio, GrpcJsClient client) : IClassFixture<TrioServer>, IClassFixture<GrpcJsClient>
{
    private const int NotFound = 5;
    private const int Unavailable = 14;

    private const string A = """{"name":"a","datatype":"FP32","shape":[2,2],"contents":{"fp32_contents":[1.5,2,3,4]}}""";
    private const string B = """{"name":"b","datatype":"INT64","shape":[2],"contents":{"int64_contents":["7","-8"]}}""";
    private const string C = """{"name":"c","datatype":"BYTES","shape":[2,1],"contents":{"bytes_contents":["YcOxaWw=",""]}}""";
    private const string Tensors = $"{A},{B},{C}";

    [Theory]
    // "bool live = 1: True if the inference server is live", "bool ready = 1: True if the inference server is ready", "True if the model is ready"
    [InlineData("ServerLive", "{}", "live")]
    [InlineData("ServerReady", "{}", "ready")]
    [InlineData("ModelReady", """{"name":"m"}""", "ready")]
    [InlineData("ModelReady", """{"name":"m","version":""}""", "ready")]
    [InlineData("ModelReady", """{"name":"m","version":"m-1"}""", "ready")]
    public async Task A_server_that_serves_is_live_and_ready_and_so_is_its_model(string method, string request, string field)
    {
        JsonNode response = await AnswerAsync(trio.Server, method, request);
        Assert.Equal($$"""{"{{field}}":true}""", response.ToJsonString());
    }

    [Fact]
    public async Task A_server_without_its_model_yet_is_live_and_not_ready_and_metadata_and_inference_are_UNAVAILABLE()
    {
        using var source = new SilentSource();
        using var folder = new ModelFolder([]);
        await using TestServer server = await TestServer.StartAsync(folder.Path, o => o with { ModelUri = source.ModelUri });
        Assert.True((bool)(await AnswerAsync(server, "ServerLive", "{}"))["live"]!);
        Assert.False((bool)(await AnswerAsync(server, "ServerReady", "{}"))["ready"]!);
        Assert.NotEmpty((string)(await AnswerAsync(server, "ServerMetadata", "{}"))["name"]!);
        foreach ((string method, string request) in new[] { ("ModelMetadata", """{"name":"m"}"""), ("ModelInfer", """{"model_name":"m"}""") })
        {
            JsonNode answer = await client.CallAsync(server, method, request);
            Assert.Equal(Unavailable, (int)answer["code"]!);
            Assert.Equal("the model is not loaded yet", (string)answer["details"]!);
        }
    }

    [Fact]
    public async Task A_server_that_drains_is_live_and_infers_but_neither_it_nor_its_model_is_ready()
    {
        using var folder = new ModelFolder(Samples.Trio());
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        server.Get<ServerState>().Drain();
        Assert.True((bool)(await AnswerAsync(server, "ServerLive", "{}"))["live"]!);
        Assert.False((bool)(await AnswerAsync(server, "ServerReady", "{}"))["ready"]!);
        Assert.False((bool)(await AnswerAsync(server, "ModelReady", """{"name":"m"}"""))["ready"]!);
        await InferAsync(server, $$"""{"model_name":"m","inputs":[{{Tensors}}]}""");
    }

    [Fact]
    public async Task Server_metadata_is_a_name_a_version_and_the_extensions()
    {
        JsonNode response = await AnswerAsync(trio.Server, "ServerMetadata", "{}");
        Assert.Equal("canario-inference-server", (string)response["name"]!);
        Assert.Equal(InferenceApplication.Version, (string)response["version"]!);
        Assert.Equal("""["binary_tensor_data"]""", response["extensions"]!.ToJsonString());
    }

    [Theory]
    // "If not given the server will choose a version": there is one.
    [InlineData("""{"name":"m"}""")]
    [InlineData("""{"name":"m","version":""}""")]
    [InlineData("""{"name":"m","version":"m-1"}""")]
    public async Task Model_metadata_is_name_versions_platform_and_each_tensors_name_datatype_and_shape(string request)
    {
        JsonNode response = await AnswerAsync(trio.Server, "ModelMetadata", request);
        Assert.Equal("m", (string)response["name"]!);
        Assert.Equal("""["m-1"]""", response["versions"]!.ToJsonString());
        // "onnx_onnxv1 : A ONNX model encoded for ONNX Runtime."
        Assert.Equal("onnx_onnxv1", (string)response["platform"]!);
        // "A variable-size dimension is represented by a -1 value."
        Assert.Equal("""[{"shape":["-1","2"],"name":"a","datatype":"FP32"},{"shape":["-1"],"name":"b","datatype":"INT64"},{"shape":["-1","1"],"name":"c","datatype":"BYTES"}]""", response["inputs"]!.ToJsonString());
        Assert.Equal("""[{"shape":["-1","2"],"name":"numbers","datatype":"FP32"},{"shape":["-1"],"name":"whole","datatype":"INT64"},{"shape":["-1","1"],"name":"text","datatype":"BYTES"}]""", response["outputs"]!.ToJsonString());
        // "Optional Model Properties": none.
        Assert.Equal("{}", response["properties"]!.ToJsonString());
    }

    [Theory]
    // "The OK code indicates success and other codes indicate failure."
    [InlineData("""{"name":"other"}""", "there is no model 'other'; 'm' is served")]
    [InlineData("""{}""", "there is no model ''; 'm' is served")]
    [InlineData("""{"name":"m","version":"9"}""", "there is no version '9' of 'm'; 'm-1' is served")]
    public async Task Another_model_or_version_is_NOT_FOUND_for_every_call_about_a_model(string request, string details)
    {
        foreach (string method in new[] { "ModelReady", "ModelMetadata", "ModelInfer" })
        {
            string named = method == "ModelInfer" ? request.Replace("\"name\"", "\"model_name\"").Replace("\"version\"", "\"model_version\"") : request;
            JsonNode answer = await client.CallAsync(trio.Server, method, named);
            Assert.Equal(NotFound, (int)answer["code"]!);
            Assert.Equal(details, (string)answer["details"]!);
            Assert.Null(answer["response"]);
        }
    }

    [Theory]
    // "The version of the model to use for inference. If not given the server will choose"; "The id of the inference request if one was specified."
    [InlineData("\"id\":\"42\"", "42")]
    [InlineData("\"id\":\"añ\\n\\\"\",\"model_version\":\"m-1\"", "añ\n\"")]
    [InlineData("\"model_version\":\"\"", "")]
    public async Task An_inference_answers_model_name_model_version_and_the_id_that_was_given(string members, string id)
    {
        JsonNode response = await InferAsync(trio.Server, $$"""{"model_name":"m",{{members}},"inputs":[{{Tensors}}]}""");
        Assert.Equal("m", (string)response["model_name"]!);
        Assert.Equal("m-1", (string)response["model_version"]!);
        Assert.Equal(id, (string)response["id"]!);
        Assert.Equal("{}", response["parameters"]!.ToJsonString());
    }

    [Theory]
    // "oneof parameter_choice"
    [InlineData("""{"bool_param":true}""")]
    [InlineData("""{"bool_param":false}""")]
    [InlineData("""{"int64_param":"9223372036854775807"}""")]
    [InlineData("""{"int64_param":"-9223372036854775808"}""")]
    [InlineData("""{"string_param":"añ\"\n"}""")]
    [InlineData("""{"string_param":""}""")]
    [InlineData("""{"double_param":-0.1}""")]
    [InlineData("""{"uint64_param":"18446744073709551615"}""")]
    public async Task A_parameter_of_each_kind_is_taken_at_the_request_the_inputs_and_the_outputs_and_the_requests_come_back(string parameter)
    {
        string parameters = $$$"""{"":{{{parameter}}},"p":{{{parameter}}}}""";
        string inputs = Tensors.Replace("\"name\"", $"\"parameters\":{parameters},\"name\"");
        JsonNode response = await InferAsync(
            trio.Server, $$"""{"model_name":"m","parameters":{{parameters}},"inputs":[{{inputs}}],"outputs":[{"name":"whole","parameters":{{parameters}}}]}""");
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(parameters), response["parameters"]), response.ToJsonString());
        Assert.Equal("{}", response["outputs"]![0]!["parameters"]!.ToJsonString());
    }

    [Theory]
    // "Optional, if not specified all outputs produced by the model will be returned."
    [InlineData("", "numbers whole text")]
    [InlineData(",\"outputs\":[]", "numbers whole text")]
    [InlineData(",\"outputs\":[{\"name\":\"text\"},{\"name\":\"numbers\"}]", "text numbers")]
    [InlineData(",\"outputs\":[{\"name\":\"whole\"}]", "whole")]
    public async Task Outputs_select_and_order_what_is_answered_and_are_all_otherwise(string outputs, string names)
    {
        JsonNode response = await InferAsync(trio.Server, $$"""{"model_name":"m","inputs":[{{C}},{{A}},{{B}}]{{outputs}}}""");
        Assert.Equal(names.Split(' '), response["outputs"]!.AsArray().Select(o => (string)o!["name"]!));
    }

    [Fact]
    public async Task Contents_are_answered_as_contents_with_name_datatype_and_shape_and_nothing_raw()
    {
        JsonNode response = await InferAsync(trio.Server, $$"""{"model_name":"m","inputs":[{{Tensors}}]}""");
        Assert.Equal(["numbers FP32 [\"2\",\"2\"]", "whole INT64 [\"2\"]", "text BYTES [\"2\",\"1\"]"], response["outputs"]!.AsArray().Select(Describe));
        Assert.Equal("[1.5,2,3,4]", OnlyContents(response["outputs"]![0]!, "fp32_contents"));
        Assert.Equal("""["7","-8"]""", OnlyContents(response["outputs"]![1]!, "int64_contents"));
        Assert.Equal("""["YcOxaWw=",""]""", OnlyContents(response["outputs"]![2]!, "bytes_contents"));
        // "If this field is specified then InferOutputTensor::contents must not be specified for any output tensor", and the other way round.
        Assert.Empty(response["raw_output_contents"]!.AsArray());
    }

    [Fact]
    public async Task Raw_contents_are_in_the_order_of_the_inputs_and_come_back_raw_in_the_order_of_the_outputs()
    {
        byte[] a = MemoryMarshal.AsBytes<float>([1.5f, -2]).ToArray();
        byte[] b = BitConverter.GetBytes(7L);
        byte[] c = [2, 0, 0, 0, 0xC3, 0xB1];
        JsonNode response = await InferAsync(
            trio.Server,
            $$"""
            {"model_name":"m","outputs":[{"name":"whole"},{"name":"text"},{"name":"numbers"}],"raw_input_contents":["{{Convert.ToBase64String(c)}}","{{Convert.ToBase64String(a)}}","{{Convert.ToBase64String(b)}}"],
             "inputs":[{"name":"c","datatype":"BYTES","shape":[1,1]},{"name":"a","datatype":"FP32","shape":[1,2]},{"name":"b","datatype":"INT64","shape":[1]}]}
            """);
        Assert.Equal(["whole INT64 [\"1\"]", "text BYTES [\"1\",\"1\"]", "numbers FP32 [\"1\",\"2\"]"], response["outputs"]!.AsArray().Select(Describe));
        Assert.Equal([b, c, a], response["raw_output_contents"]!.AsArray().Select(raw => Convert.FromBase64String((string)raw!)));
        Assert.All(response["outputs"]!.AsArray(), output => Assert.Null(output!["contents"]));
    }

    [Fact]
    public async Task Every_datatype_of_the_table_goes_through_its_field_of_contents()
    {
        DatatypeSample[] samples = [.. DatatypeSample.All.Where(sample => sample.Field.Length > 0)];
        using var folder = new ModelFolder(DatatypeSample.Model(samples));
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        IEnumerable<string> inputs = samples.Select(s => $$$"""{"name":"{{{s.Input}}}","datatype":"{{{s.Datatype}}}","shape":[2,2],"contents":{"{{{s.Field}}}":{{{s.Values}}}}}""");
        JsonNode response = await InferAsync(server, $$"""{"model_name":"m","inputs":[{{string.Join(',', inputs)}}]}""");
        Assert.Empty(response["raw_output_contents"]!.AsArray());
        Assert.Equal(samples.Select(s => $"{s.Output} {s.Datatype} [\"2\",\"2\"]"), response["outputs"]!.AsArray().Select(Describe));
        foreach ((DatatypeSample sample, JsonNode? output) in samples.Zip(response["outputs"]!.AsArray()))
            Assert.Equal(JsonNode.Parse(sample.Values)!.ToJsonString(), OnlyContents(output!, sample.Field));
    }

    [Fact]
    public async Task Every_datatype_of_the_table_is_in_the_metadata_and_goes_through_raw_bit_for_bit()
    {
        DatatypeSample[] samples = DatatypeSample.All;
        using var folder = new ModelFolder(DatatypeSample.Model(samples));
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        JsonNode metadata = await AnswerAsync(server, "ModelMetadata", """{"name":"m"}""");
        Assert.Equal(samples.Select(s => $"{s.Input} {s.Datatype} [\"-1\",\"2\"]"), metadata["inputs"]!.AsArray().Select(Describe));
        Assert.Equal(samples.Select(s => $"{s.Output} {s.Datatype} [\"-1\",\"2\"]"), metadata["outputs"]!.AsArray().Select(Describe));

        string inputs = string.Join(',', samples.Select(s => $$"""{"name":"{{s.Input}}","datatype":"{{s.Datatype}}","shape":[2,2]}"""));
        string raw = string.Join(',', samples.Select(s => $"\"{Convert.ToBase64String(s.Raw)}\""));
        JsonNode response = await InferAsync(server, $$"""{"model_name":"m","inputs":[{{inputs}}],"raw_input_contents":[{{raw}}]}""");
        Assert.Equal(samples.Select(s => $"{s.Output} {s.Datatype} [\"2\",\"2\"]"), response["outputs"]!.AsArray().Select(Describe));
        Assert.Equal(samples.Select(s => s.Raw), response["raw_output_contents"]!.AsArray().Select(bytes => Convert.FromBase64String((string)bytes!)));
    }

    [Fact]
    public async Task Elements_are_flattened_in_row_major_order_in_both_forms()
    {
        using var folder = new ModelFolder(new OnnxGraph().Input("x", 6, "n", 3).Output("y", 6, 3, "n").Node("Transpose", ["x"], ["y"]).Build());
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        JsonNode response = await InferAsync(server, """{"model_name":"m","inputs":[{"name":"x","datatype":"INT32","shape":[2,3],"contents":{"int_contents":[1,2,3,4,5,6]}}]}""");
        Assert.Equal("y INT32 [\"3\",\"2\"]", Describe(response["outputs"]![0]));
        Assert.Equal("[1,4,2,5,3,6]", OnlyContents(response["outputs"]![0]!, "int_contents"));

        string raw = Convert.ToBase64String(MemoryMarshal.AsBytes<int>([1, 2, 3, 4, 5, 6]));
        response = await InferAsync(server, $$"""{"model_name":"m","inputs":[{"name":"x","datatype":"INT32","shape":[2,3]}],"raw_input_contents":["{{raw}}"]}""");
        Assert.Equal(MemoryMarshal.AsBytes<int>([1, 4, 2, 5, 3, 6]).ToArray(), Convert.FromBase64String((string)response["raw_output_contents"]![0]!));
    }

    [Fact]
    public async Task Tensors_without_elements_are_tensors_in_both_forms()
    {
        const string Shapes = """{"name":"a","datatype":"FP32","shape":[0,2]},{"name":"b","datatype":"INT64","shape":[0]},{"name":"c","datatype":"BYTES","shape":[0,1]}""";
        JsonNode response = await InferAsync(trio.Server, $$"""{"model_name":"m","inputs":[{{Shapes}}]}""");
        Assert.Equal(["numbers FP32 [\"0\",\"2\"]", "whole INT64 [\"0\"]", "text BYTES [\"0\",\"1\"]"], response["outputs"]!.AsArray().Select(Describe));
        Assert.Empty(response["raw_output_contents"]!.AsArray());
        response = await InferAsync(trio.Server, $$"""{"model_name":"m","inputs":[{{Shapes}}],"raw_input_contents":["","",""]}""");
        Assert.Equal("""["","",""]""", response["raw_output_contents"]!.ToJsonString());
    }

    [Fact]
    public async Task An_output_of_sixteen_bit_floats_is_answered_raw_and_with_it_every_other()
    {
        // "the FP16 and BF16 data types must be represented as raw content"
        using var folder = new ModelFolder(new OnnxGraph().Input("x", 1, "n", 2).Output("same", 1, "n", 2).Output("half", 10, "n", 2)
            .Node("Identity", ["x"], ["same"]).Node("Cast", ["x"], ["half"], OnnxGraph.Whole("to", 10)).Build());
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        const string Inputs = """[{"name":"x","datatype":"FP32","shape":[1,2],"contents":{"fp32_contents":[1,-0.5]}}]""";
        JsonNode response = await InferAsync(server, $$"""{"model_name":"m","inputs":{{Inputs}}}""");
        byte[][] expected = [MemoryMarshal.AsBytes<float>([1, -0.5f]).ToArray(), MemoryMarshal.AsBytes<Half>([(Half)1, (Half)(-0.5f)]).ToArray()];
        Assert.Equal(expected, response["raw_output_contents"]!.AsArray().Select(raw => Convert.FromBase64String((string)raw!)));
        Assert.All(response["outputs"]!.AsArray(), output => Assert.Null(output!["contents"]));

        response = await InferAsync(server, $$"""{"model_name":"m","inputs":{{Inputs}},"outputs":[{"name":"same"}]}""");
        Assert.Equal("[1,-0.5]", OnlyContents(response["outputs"]![0]!, "fp32_contents"));
    }

    [Fact]
    public async Task An_output_has_a_parameter_where_there_is_something_to_tell()
    {
        // "Optional output tensor parameters."
        using var folder = new ModelFolder(Samples.ZipMap());
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        JsonNode response = await InferAsync(server, """{"model_name":"m","inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"contents":{"fp32_contents":[0.25,0.75]}}]}""");
        Assert.Equal("""["no","yes"]""", (string)response["outputs"]![0]!["parameters"]!["keys"]!["string_param"]!);
        Assert.Equal("[0.25,0.75]", OnlyContents(response["outputs"]![0]!, "fp32_contents"));
    }

    private Task<JsonNode> InferAsync(TestServer server, string request) => AnswerAsync(server, "ModelInfer", request);

    private async Task<JsonNode> AnswerAsync(TestServer server, string method, string request)
    {
        JsonNode answer = await client.CallAsync(server, method, request);
        Assert.Equal("", (string)answer["details"]!);
        Assert.Equal(0, (int)answer["code"]!);
        return answer["response"]!;
    }

    /// <summary>The one field of contents that has elements.</summary>
    private static string OnlyContents(JsonNode output, string field)
    {
        Assert.Equal([field], output["contents"]!.AsObject().Where(member => member.Value is JsonArray { Count: > 0 }).Select(member => member.Key));
        return output["contents"]![field]!.ToJsonString();
    }

    private static string Describe(JsonNode? tensor) => $"{tensor!["name"]} {tensor["datatype"]} {tensor["shape"]!.ToJsonString()}";
}
