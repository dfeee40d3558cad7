using System.Text.Json.Nodes;
using Canario.Contract;
using Canario.OnnxRuntime;
using Canario.TestModels;

namespace Canario.InferenceServer.Tests.Grpc;

public sealed class GrpcTests(TrioServer trio, GrpcJsClient client) : IClassFixture<TrioServer>, IClassFixture<GrpcJsClient>
{
    private const string Tensors = """
        {"name":"a","datatype":"FP32","shape":[2,2],"contents":{"fp32_contents":[1.5,2,3,4]}},
        {"name":"b","datatype":"INT64","shape":[2],"contents":{"int64_contents":["7","-9223372036854775808"]}},
        {"name":"c","datatype":"BYTES","shape":[2,1],"contents":{"bytes_contents":["YcOxaWw=",""]}}
        """;

    private readonly TestServer _server = trio.Server;

    [Theory]
    [InlineData("ServerLive", "{}", """{"live":true}""")]
    [InlineData("ServerReady", "{}", """{"ready":true}""")]
    [InlineData("ModelReady", """{"name":"m"}""", """{"ready":true}""")]
    [InlineData("ModelReady", """{"name":"m","version":"m-1"}""", """{"ready":true}""")]
    [InlineData("ServerMetadata", "{}", """{"extensions":["binary_tensor_data"],"name":"canario-inference-server","version":"0.1.0"}""")]
    public async Task The_small_calls_answer_as_the_specification_says(string method, string request, string response)
    {
        JsonNode answer = await client.CallAsync(_server, method, request);
        Assert.Equal("", (string)answer["details"]!);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(response), answer["response"]), answer.ToJsonString());
    }

    [Fact]
    public async Task Model_metadata_tells_each_tensor()
    {
        JsonNode answer = await client.CallAsync(_server, "ModelMetadata", """{"name":"m"}""");
        JsonNode model = answer["response"]!;
        Assert.Equal("onnx_onnxv1", (string)model["platform"]!);
        Assert.Equal("""["m-1"]""", model["versions"]!.ToJsonString());
        Assert.Equal(["a FP32 [\"-1\",\"2\"]", "b INT64 [\"-1\"]", "c BYTES [\"-1\",\"1\"]"], model["inputs"]!.AsArray().Select(Describe));
        Assert.Equal(["numbers FP32 [\"-1\",\"2\"]", "whole INT64 [\"-1\"]", "text BYTES [\"-1\",\"1\"]"], model["outputs"]!.AsArray().Select(Describe));
    }

    [Fact]
    public async Task The_health_service_of_gRPC_is_there_for_probes()
    {
        Assert.Equal(1, (int)(await client.CallAsync(_server, "Check", "{}", """{"service":"health"}"""))["response"]!["status"]!);
        JsonNode unknown = await client.CallAsync(_server, "Check", """{"service":"x"}""", """{"service":"health"}""");
        Assert.Equal(5, (int)unknown["code"]!);
    }

    [Fact]
    public async Task An_inference_echoes_id_and_parameters_and_gives_outputs_in_the_order_asked_for()
    {
        JsonNode answer = await client.CallAsync(
            _server,
            "ModelInfer",
            $$$"""{"model_name":"m","id":"q-1","parameters":{"trace":{"string_param":"é"},"n":{"int64_param":"-3"}},"inputs":[{{{Tensors}}}],"outputs":[{"name":"text"},{"name":"numbers"}]}""");
        Assert.Equal("", (string)answer["details"]!);
        JsonNode response = answer["response"]!;
        Assert.Equal("q-1", (string)response["id"]!);
        Assert.Equal("m-1", (string)response["model_version"]!);
        Assert.Equal("é", (string)response["parameters"]!["trace"]!["string_param"]!);
        Assert.Equal("-3", (string)response["parameters"]!["n"]!["int64_param"]!);
        Assert.Equal(["text BYTES [\"2\",\"1\"]", "numbers FP32 [\"2\",\"2\"]"], response["outputs"]!.AsArray().Select(Describe));
        Assert.Equal("""["YcOxaWw=",""]""", response["outputs"]![0]!["contents"]!["bytes_contents"]!.ToJsonString());
        Assert.Equal("[1.5,2,3,4]", response["outputs"]![1]!["contents"]!["fp32_contents"]!.ToJsonString());
        Assert.Empty(response["raw_output_contents"]!.AsArray());
    }

    public static TheoryData<string, string, string> EveryDatatype => new()
    {
        { "BOOL", "bool_contents", "[true,false,true,true]" },
        { "INT8", "int_contents", "[-128,127,0,-1]" }, { "INT16", "int_contents", "[-32768,32767,0,-1]" },
        { "INT32", "int_contents", "[-2147483648,2147483647,0,-1]" },
        { "INT64", "int64_contents", "[\"-9223372036854775808\",\"9223372036854775807\",\"0\",\"-1\"]" },
        { "UINT8", "uint_contents", "[0,255,1,128]" }, { "UINT16", "uint_contents", "[0,65535,1,128]" }, { "UINT32", "uint_contents", "[0,4294967295,1,128]" },
        { "UINT64", "uint64_contents", "[\"0\",\"18446744073709551615\",\"1\",\"128\"]" },
        { "FP32", "fp32_contents", "[1.5,-2,16777216,0]" }, { "FP64", "fp64_contents", "[0.1,-2,1e-300,0]" },
        { "BYTES", "bytes_contents", "[\"\",\"YQ==\",\"8J+QpA==\",\"IlxcCg==\"]" },
        { "FP16", "", "" }, { "BF16", "", "" },
    };

    [Theory]
    [MemberData(nameof(EveryDatatype))]
    public async Task Every_datatype_goes_through_raw_bit_for_bit_and_as_contents(string datatype, string field, string values)
    {
        using var folder = new ModelFolder(Samples.Identity(Samples.Types[datatype]));
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        byte[] raw = datatype == "BYTES" ? [1, 0, 0, 0, 65, 0, 0, 0, 0] : new byte[2 * TensorElementTypes.SizeOf((TensorElementType)Samples.Types[datatype])];
        if (datatype != "BYTES")
        {
            for (int i = 0; i < raw.Length; i++) raw[i] = datatype == "BOOL" ? (byte)(i & 1) : (byte)(i * 37 + 11);
        }

        string base64 = Convert.ToBase64String(raw);
        JsonNode answer = await client.CallAsync(
            server, "ModelInfer", $$"""{"model_name":"m","inputs":[{"name":"x","datatype":"{{datatype}}","shape":[1,2]}],"raw_input_contents":["{{base64}}"]}""");
        Assert.Equal("", (string)answer["details"]!);
        Assert.Equal(base64, (string)Assert.Single(answer["response"]!["raw_output_contents"]!.AsArray())!);
        Assert.Equal(["y " + datatype + " [\"1\",\"2\"]"], answer["response"]!["outputs"]!.AsArray().Select(Describe));

        string contents = field.Length > 0 ? $$"""{"{{field}}":{{values}}}""" : """{"fp32_contents":[1,2,3,4]}""";
        answer = await client.CallAsync(
            server, "ModelInfer", $$"""{"model_name":"m","inputs":[{"name":"x","datatype":"{{datatype}}","shape":[2,2],"contents":{{contents}}}]}""");
        if (field.Length == 0)
        {
            Assert.Equal($"input 'x': {datatype} takes 'raw_input_contents' only", (string)answer["details"]!);
            return;
        }

        Assert.Equal("", (string)answer["details"]!);
        Assert.Equal(JsonNode.Parse(values)!.ToJsonString(), answer["response"]!["outputs"]![0]!["contents"]![field]!.ToJsonString());
    }

    [Theory]
    [InlineData("""{"model_name":"other","inputs":[]}""", 5, "there is no model 'other'; 'm' is served")]
    [InlineData("""{"model_name":"m","model_version":"9","inputs":[]}""", 5, "there is no version '9' of 'm'; 'm-1' is served")]
    [InlineData("""{"model_name":"m","inputs":[]}""", 3, "input 'a' is missing")]
    [InlineData("""{"model_name":"m","inputs":[{"name":"ñ"}]}""", 3, "the model has no input 'ñ'")]
    [InlineData("""{"model_name":"m","inputs":[{"name":"a","datatype":"FP64","shape":[1,2]}]}""", 3, "takes FP32")]
    [InlineData("""{"model_name":"m","inputs":[{"name":"a","datatype":"FP32","shape":[1,3]}]}""", 3, "takes [-1,2]")]
    [InlineData("""{"model_name":"m","inputs":[{"name":"a","datatype":"FP32","shape":["-1","2"]}]}""", 3, "a dimension is -1")]
    [InlineData("""{"model_name":"m","inputs":[{"name":"a","datatype":"FP32","shape":[9000,2]}]}""", 3, "at most 4096")]
    [InlineData("""{"model_name":"m","inputs":[{"name":"a","datatype":"FP32","shape":[2,2],"contents":{"fp32_contents":[1,2,3]}}]}""", 3, "has not the 4 elements of shape [2,2]")]
    [InlineData("""{"model_name":"m","inputs":[{"name":"a","datatype":"FP32","shape":[1,2],"contents":{"fp32_contents":[1,2,3]}}]}""", 3, "has not the 2 elements")]
    [InlineData("""{"model_name":"m","inputs":[{"name":"a","datatype":"FP32","shape":[1,2],"contents":{"fp64_contents":[1,2]}}]}""", 3, "is given in 'fp64_contents'; FP32 takes 'fp32_contents'")]
    [InlineData("""{"model_name":"m","inputs":[{"name":"a","datatype":"FP32","shape":[1,2]}],"raw_input_contents":["AAAA"]}""", 3, "has 3 bytes; shape [1,2] of FP32 takes 8")]
    [InlineData("""{"model_name":"m","inputs":[{"name":"a","datatype":"FP32","shape":[1,2]}],"raw_input_contents":["AAAA","AAAA"]}""", 3, "2 'raw_input_contents' for 1 inputs")]
    [InlineData("""{"model_name":"m","inputs":[{"name":"a","datatype":"FP32","shape":[1,2],"contents":{"fp32_contents":[1,2]}}],"raw_input_contents":["AAAAAAAAAAA="]}""", 3, "has 'contents' although")]
    [InlineData("""{"model_name":"m","inputs":[],"outputs":[{"name":"z"}]}""", 3, "the model has no output 'z'")]
    public async Task A_bad_call_has_a_code_and_says_what_is_wrong(string request, int code, string details)
    {
        JsonNode answer = await client.CallAsync(_server, "ModelInfer", request);
        Assert.Equal(code, (int)answer["code"]!);
        Assert.Contains(details, (string)answer["details"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_is_not_there_is_unimplemented()
    {
        JsonNode answer = await client.CallAsync(_server, "RepositoryIndex", "{}");
        Assert.Equal(12, (int)answer["code"]!);
    }

    [Fact]
    public async Task Packed_requests_are_unpacked_and_answered_packed()
    {
        string request = $$"""{"model_name":"m","inputs":[{{Tensors}}]}""";
        JsonNode plain = await client.CallAsync(_server, "ModelInfer", request);
        JsonNode packed = await client.CallAsync(_server, "ModelInfer", request, """{"gzip":true}""");
        Assert.Equal("", (string)packed["details"]!);
        Assert.Equal(plain["response"]!.ToJsonString(), packed["response"]!.ToJsonString());
    }

    [Fact]
    public async Task Many_calls_at_once_on_one_connection_are_all_answered_and_counted()
    {
        JsonNode answer = await client.CallAsync(_server, "ModelInfer", $$"""{"model_name":"m","inputs":[{{Tensors}}]}""", """{"times":500}""");
        Assert.Equal(500, (int)answer["ok"]!);
        string metrics = await _server.Client.GetStringAsync(HttpPaths.Metrics);
        string line = metrics.Split('\n').Single(l => l.StartsWith(MetricNames.InferenceRequests, StringComparison.Ordinal) && l.Contains("\"v2-grpc\"") && l.Contains("\"200\""));
        Assert.True(int.Parse(line.Split(' ')[^1]) >= 500, line);
    }

    private static string Describe(JsonNode? tensor) => $"{tensor!["name"]} {tensor["datatype"]} {tensor["shape"]!.ToJsonString()}";
}
