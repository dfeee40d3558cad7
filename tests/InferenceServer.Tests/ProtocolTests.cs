using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Canario.Contract;
using Canario.OnnxRuntime;
using Canario.TestModels;

namespace Canario.InferenceServer.Tests;

public sealed class ProtocolTests(FeaturesServer features) : IClassFixture<FeaturesServer>
{
    [Fact]
    public async Task Inference_equals_a_direct_run_bit_for_bit_nested_or_flat_and_in_any_member_order()
    {
        using var folder = new ModelFolder(Samples.Mlp(4, 8, 3));
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        float[] values = [0.1f, -2.5f, 3.3333333f, 1e-7f, 5f, 6.25f, -0f, 8f];
        byte[] memory = MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
        using var session = new Session(Path.Combine(folder.Path, ModelFiles.Model), new SessionOptions { IntraOpThreads = 1 });
        using OnnxValue input = OnnxValue.OverMemory(memory, TensorElementType.Float, [2, 4]);
        using PreparedRun run = session.Prepare(["input"], ["probabilities"]);
        var outputs = new OnnxValue?[1];
        run.Run([input], outputs);
        using OnnxValue expected = outputs[0]!;

        string[] t = [.. values.Select(v => v.ToString("R", CultureInfo.InvariantCulture))];
        string flat = string.Join(',', t);
        string nested = $"[{string.Join(',', t[..4])}],[{string.Join(',', t[4..])}]";
        string[] bodies =
        [
            $$"""{"id":"q","inputs":[{"name":"input","shape":[2,4],"datatype":"FP32","data":[{{flat}}]}]}""",
            $$"""{"id":"q","inputs":[{"name":"input","shape":[2,4],"datatype":"FP32","data":[{{nested}}]}]}""",
            $$""" { "inputs" : [ {"data":[{{nested}}] , "parameters":{"a":[1,{}]}, "datatype":"FP32", "shape":[2,4], "name":"input"} ] , "id":"q" } """,
        ];
        foreach (string body in bodies)
        {
            (int status, JsonNode answer) = await server.PostAsync("/v2/models/m/infer", body);
            Assert.Equal(200, status);
            Assert.Equal("q", (string)answer["id"]!);
            Assert.Equal("m-1", (string)answer["model_version"]!);
            float[] got = [.. answer["outputs"]![0]!["data"]!.AsArray().Select(v => (float)v!)];
            Assert.Equal(expected.Elements<float>().ToArray(), got);
        }
    }

    public static TheoryData<string, string> EveryDatatype => new()
    {
        { "FP32", "1.5,-2,1E-07,16777216" }, { "FP64", "1.5,-2,1E-07,0.1" }, { "FP16", "1.5,-2,0.1,65500" }, { "BF16", "1.5,-2,0.25,1" },
        { "INT8", "-128,127,0,1" }, { "INT16", "-32768,32767,0,1" }, { "INT32", "-2147483648,2147483647,0,1" },
        { "INT64", "-9223372036854775808,9223372036854775807,0,1" }, { "UINT8", "0,255,1,2" }, { "UINT16", "0,65535,1,2" },
        { "UINT32", "0,4294967295,1,2" }, { "UINT64", "0,18446744073709551615,1,2" }, { "BOOL", "true,false,true,true" },
        { "BYTES", "\"\",\"añil\",\"a\\\"b\\\\\",\"日本\"" },
    };

    [Theory]
    [MemberData(nameof(EveryDatatype))]
    public async Task Every_datatype_goes_through_as_text_unchanged(string datatype, string data)
    {
        using var folder = new ModelFolder(Samples.Identity(Samples.Types[datatype]));
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        using HttpResponseMessage response = await server.Client.PostAsync(
            "/v2/models/m/versions/m-1/infer",
            new StringContent($$"""{"inputs":[{"name":"x","shape":[2,2],"datatype":"{{datatype}}","data":[{{data}}]}],"outputs":[{"name":"y"}]}"""));
        string text = await response.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains($"\"data\":[{data}]", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{}""", "'inputs' is missing")]
    [InlineData("""{"inputs":[]}""", "input 'input' is missing")]
    [InlineData("""{"inputs":[{"name":"y","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}""", "no input 'y'")]
    [InlineData("""{"inputs":[{"name":"input","shape":[1,4],"datatype":"FP64","data":[1,2,3,4]}]}""", "takes FP32")]
    [InlineData("""{"inputs":[{"name":"input","shape":[1,5],"datatype":"FP32","data":[1,2,3,4,5]}]}""", "takes [-1,4]")]
    [InlineData("""{"inputs":[{"name":"input","shape":[4],"datatype":"FP32","data":[1,2,3,4]}]}""", "takes [-1,4]")]
    [InlineData("""{"inputs":[{"name":"input","shape":[1,4],"datatype":"FP32","data":[1,2,3]}]}""", "fewer elements")]
    [InlineData("""{"inputs":[{"name":"input","shape":[1,4],"datatype":"FP32","data":[1,2,3,4,5]}]}""", "number of elements")]
    [InlineData("""{"inputs":[{"name":"input","shape":[2,4],"datatype":"FP32","data":[[1,2,3,4],[1,2,3]]}]}""", "fewer elements")]
    [InlineData("""{"inputs":[{"name":"input","shape":[4000,4],"datatype":"FP32","data":[1]}]}""", "more elements")]
    [InlineData("""{"inputs":[{"name":"input","shape":[5000,4],"datatype":"FP32","data":[1]}]}""", "at most 4096")]
    [InlineData("""{"inputs":[{"name":"input","shape":[1,4],"datatype":"FP32","data":[1,2,"x",4]}]}""", "input 'input', element 2: the value is no FP32, which takes a number")]
    [InlineData("""{"inputs":[{"name":"input","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}],"outputs":[{"name":"z"}]}""", "no output 'z'")]
    [InlineData("""{"inputs":[{"name":"input","shape":[1,4],"datatype":"FP32"}]}""", "no 'data'")]
    [InlineData("""{"inputs":[{"name":"input","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]} x""", "the end expected")]
    [InlineData("""not json""", "'{' expected")]
    public async Task A_bad_infer_request_is_told_what_is_wrong(string body, string message)
    {
        (int status, JsonNode answer) = await features.Server.PostAsync("/v2/models/m/infer", body);
        Assert.Equal(400, status);
        Assert.Contains(message, (string)answer["error"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metadata_health_and_wrong_paths_have_the_specifications_shapes()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path, o => o with { Limits = o.Limits with { MaximumBodyBytes = 100 } });
        JsonNode model = JsonNode.Parse(await server.Client.GetStringAsync("/v2/models/m"))!;
        Assert.Equal("onnx_onnxv1", (string)model["platform"]!);
        Assert.Equal("[-1,4]", model["inputs"]![0]!["shape"]!.ToJsonString());
        Assert.Equal("canario-inference-server", (string)JsonNode.Parse(await server.Client.GetStringAsync("/v2"))!["name"]!);
        Assert.True((bool)JsonNode.Parse(await server.Client.GetStringAsync("/v2/models/m/versions/m-1/ready"))!["ready"]!);

        foreach ((string method, string path, int expected) in new[]
        {
            ("GET", "/nowhere", 404), ("GET", "/v2/models/other", 404), ("GET", "/v2/models/m/versions/7", 404), ("GET", "/v2/models/m/x", 404),
            ("GET", "/predict", 405), ("DELETE", "/v2/models/m/infer", 405), ("POST", "/v2", 405),
        })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            using HttpResponseMessage response = await server.Client.SendAsync(request);
            Assert.Equal(expected, (int)response.StatusCode);
            Assert.NotNull(JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]);
            if (expected == 405) Assert.NotEmpty(response.Content.Headers.Allow);
        }

        (int status, JsonNode answer) = await server.PostAsync("/predict", new string(' ', 101));
        Assert.Equal(413, status);
        Assert.Contains("100 bytes", (string)answer["error"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_id_is_taken_when_sane_and_made_otherwise()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/predict") { Content = new StringContent(ModelFolder.Row) };
        request.Headers.Add(Headers.RequestId, "abc-1");
        using HttpResponseMessage kept = await server.Client.SendAsync(request);
        Assert.Equal("abc-1", kept.Headers.GetValues(Headers.RequestId).Single());
        Assert.Equal("abc-1", (string)JsonNode.Parse(await kept.Content.ReadAsStringAsync())!["request_id"]!);

        using var bad = new HttpRequestMessage(HttpMethod.Post, "/predict") { Content = new StringContent(ModelFolder.Row) };
        bad.Headers.Add(Headers.RequestId, "a b\"c");
        using HttpResponseMessage made = await server.Client.SendAsync(bad);
        Assert.Equal(32, made.Headers.GetValues(Headers.RequestId).Single().Length);
    }
}
