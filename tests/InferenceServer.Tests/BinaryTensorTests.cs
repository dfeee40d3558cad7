using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Canario.OnnxRuntime;
using Canario.TestModels;

namespace Canario.InferenceServer.Tests;

public sealed class BinaryTensorTests
{
    private const string HeaderName = "Inference-Header-Content-Length";

    public static TheoryData<string> Datatypes => [.. Samples.Types.Keys];

    [Theory]
    [MemberData(nameof(Datatypes))]
    public async Task Every_datatype_goes_through_as_raw_bytes_bit_for_bit(string datatype)
    {
        using var folder = new ModelFolder(Samples.Identity(Samples.Types[datatype]));
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        byte[] raw = RawValues(datatype);
        (int status, JsonNode json, byte[] tail) = await PostAsync(
            server,
            $$$"""{"inputs":[{"name":"x","shape":[2,3],"datatype":"{{{datatype}}}","parameters":{"binary_data_size":{{{raw.Length}}}}}],"outputs":[{"name":"y","parameters":{"binary_data":true}}]}""",
            raw);
        Assert.Equal(200, status);
        JsonNode output = json["outputs"]![0]!;
        Assert.Null(output["data"]);
        Assert.Equal("[2,3]", output["shape"]!.ToJsonString());
        Assert.Equal(raw.Length, (int)output["parameters"]!["binary_data_size"]!);
        Assert.Equal(raw, tail);

        // A tensor of no rows is a tensor too.
        (status, json, tail) = await PostAsync(
            server, $$$"""{"inputs":[{"name":"x","shape":[0,3],"datatype":"{{{datatype}}}","parameters":{"binary_data_size":0}}],"parameters":{"binary_data_output":true}}""", []);
        Assert.Equal(200, status);
        Assert.Equal(0, (int)json["outputs"]![0]!["parameters"]!["binary_data_size"]!);
        Assert.Empty(tail);
    }

    [Fact]
    public async Task Raw_and_JSON_tensors_mix_in_requests_and_answers_in_any_order()
    {
        using var folder = new ModelFolder(Samples.Trio());
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        byte[] whole = [.. BitConverter.GetBytes(7L), .. BitConverter.GetBytes(-8L)];
        byte[] text = [.. Text("añil"), .. Text("")];
        (int status, JsonNode json, byte[] tail) = await PostAsync(
            server,
            $$$"""
            {"parameters":{"binary_data_output":true,"trace":"t-1"},
             "inputs":[{"name":"c","shape":[2,1],"datatype":"BYTES","parameters":{"binary_data_size":{{{text.Length}}}}},
                       {"name":"a","shape":[2,2],"datatype":"FP32","data":[1.5,2,3,4]},
                       {"name":"b","shape":[2],"datatype":"INT64","parameters":{"binary_data_size":{{{whole.Length}}}}}],
             "outputs":[{"name":"whole"},{"name":"numbers","parameters":{"binary_data":false}},{"name":"text"}]}
            """,
            [.. text, .. whole]);
        Assert.Equal(200, status);
        Assert.Equal("t-1", (string)json["parameters"]!["trace"]!);
        Assert.Equal(["whole", "numbers", "text"], json["outputs"]!.AsArray().Select(o => (string)o!["name"]!));
        Assert.Equal("[1.5,2,3,4]", json["outputs"]![1]!["data"]!.ToJsonString());
        Assert.Equal([.. whole, .. text], tail);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_body_of_one_raw_tensor_needs_no_JSON(int rows)
    {
        using var folder = new ModelFolder(Samples.Mlp(4, 8, 3));
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        byte[] raw = [.. Enumerable.Range(0, rows * 4).SelectMany(i => BitConverter.GetBytes(i / 3f))];
        (int status, JsonNode json, byte[] tail) = await PostAsync(server, "", raw);
        Assert.Equal(200, status);
        Assert.Equal($"[{rows},3]", json["outputs"]![0]!["shape"]!.ToJsonString());
        Assert.Equal(rows * (3 * 4 + 8), tail.Length);

        (status, json, _) = await PostAsync(server, "", [.. raw, 1]);
        Assert.Equal(400, status);
        Assert.Contains("do not fit shape [-1,4] of FP32", (string)json["error"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"shape\":[1,2],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":9}", 9, "has 9 bytes; shape [1,2] of FP32 takes 8")]
    [InlineData("\"shape\":[1,2],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":8}", 7, "'binary_data_size' is 8; 7 bytes follow")]
    [InlineData("\"shape\":[1,2],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":8}", 9, "1 bytes follow the last tensor")]
    [InlineData("\"shape\":[1,2],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":8},\"data\":[1,2]", 8, "both 'data' and 'binary_data_size'")]
    [InlineData("\"shape\":[1,2],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":-8}", 8, "whole number from 0")]
    [InlineData("\"shape\":[1,2],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":\"8\"}", 8, "takes a number of bytes")]
    [InlineData("\"shape\":[1,2],\"datatype\":\"FP64\",\"parameters\":{\"binary_data_size\":16}", 16, "takes FP32")]
    [InlineData("\"shape\":[1,3],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":12}", 12, "takes [-1,2]")]
    [InlineData("\"shape\":[5000,2],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":8}", 8, "at most 4096")]
    [InlineData("\"shape\":[1,2],\"datatype\":\"FP32\",\"parameters\":7", 8, "'parameters' of an input takes an object")]
    public async Task A_raw_tensor_that_does_not_fit_is_refused_with_the_sizes(string members, int bytes, string message)
    {
        using var folder = new ModelFolder(new OnnxGraph().Input("x", 1, "n", 2).Output("y", 1, "n", 2).Node("Identity", ["x"], ["y"]).Build());
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        (int status, JsonNode json, _) = await PostAsync(server, $$"""{"inputs":[{"name":"x",{{members}}}]}""", new byte[bytes]);
        Assert.Equal(400, status);
        Assert.Contains(message, (string)json["error"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 5, 0, 0, 0, 65 }, "the data ends within string 0")]
    [InlineData(new byte[] { 1, 0, 0 }, "1 strings take at least 4")]
    [InlineData(new byte[] { 1, 0, 0, 0, 65, 66 }, "1 bytes follow its 1 strings")]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 }, "NUL")]
    [InlineData(new byte[] { 1, 0, 0, 0, 0xFF }, "not UTF-8")]
    public async Task Broken_strings_are_refused(byte[] raw, string message)
    {
        using var folder = new ModelFolder(Samples.Identity(8));
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        (int status, JsonNode json, _) = await PostAsync(
            server, $$$"""{"inputs":[{"name":"x","shape":[1,1],"datatype":"BYTES","parameters":{"binary_data_size":{{{raw.Length}}}}}]}""", raw);
        Assert.Equal(400, status);
        Assert.Contains(message, (string)json["error"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x", "is not a whole number of bytes")]
    [InlineData("-1", "is not a whole number of bytes")]
    [InlineData("999", "says 999 bytes of JSON; the body has 2")]
    public async Task A_wrong_header_length_is_refused(string header, string message)
    {
        using var folder = new ModelFolder(Samples.Mlp(4, 8, 3));
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        using var content = new ByteArrayContent("{}"u8.ToArray());
        content.Headers.Add(HeaderName, header);
        using HttpResponseMessage response = await server.Client.PostAsync("/v2/models/m/infer", content);
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Contains(message, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Maps_of_class_probabilities_come_as_a_tensor_with_the_classes_named()
    {
        using var folder = new ModelFolder(Samples.ZipMap());
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        JsonNode model = JsonNode.Parse(await server.Client.GetStringAsync("/v2/models/m"))!;
        Assert.Equal("""[{"name":"maps","datatype":"FP32","shape":[-1,-1]}]""", model["outputs"]!.ToJsonString());

        (int status, JsonNode json) = await server.PostAsync(
            "/v2/models/m/infer", """{"inputs":[{"name":"x","shape":[3,2],"datatype":"FP32","data":[0.25,0.75,1,0,0.5,0.5]}]}""");
        Assert.Equal(200, status);
        JsonNode output = json["outputs"]![0]!;
        Assert.Equal("[3,2]", output["shape"]!.ToJsonString());
        Assert.Equal("[0.25,0.75,1,0,0.5,0.5]", output["data"]!.ToJsonString());
        Assert.Equal("""["no","yes"]""", (string)output["parameters"]!["keys"]!);
    }

    private static byte[] RawValues(string datatype)
    {
        if (datatype == "BYTES") return [.. Text(""), .. Text("a"), .. Text("añil"), .. Text("日本"), .. Text("🐤"), .. Text("\"\\\n")];
        var raw = new byte[6 * TensorElementTypes.SizeOf((TensorElementType)Samples.Types[datatype])];
        for (int i = 0; i < raw.Length; i++) raw[i] = datatype == "BOOL" ? (byte)(i & 1) : (byte)(i * 37 + 11);
        return raw;
    }

    private static byte[] Text(string text) => [.. BitConverter.GetBytes(Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    private static async Task<(int Status, JsonNode Json, byte[] Tail)> PostAsync(TestServer server, string json, byte[] raw)
    {
        byte[] head = Encoding.UTF8.GetBytes(json);
        using var content = new ByteArrayContent([.. head, .. raw]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.Add(HeaderName, $"{head.Length}");
        using HttpResponseMessage response = await server.Client.PostAsync("/v2/models/m/infer", content);
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        int length = response.Headers.TryGetValues(HeaderName, out IEnumerable<string>? values) ? int.Parse(values.Single()) : body.Length;
        if (length < body.Length) Assert.Equal("application/octet-stream", response.Content.Headers.ContentType?.MediaType);
        return ((int)response.StatusCode, JsonNode.Parse(body.AsSpan(0, length))!, body[length..]);
    }
}
