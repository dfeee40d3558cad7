using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Canario.Contract;
using Canario.InferenceServer.Tests.Grpc;
using Canario.InferenceServer.V2;
using Canario.OnnxRuntime;
using Canario.TestModels;

namespace Canario.InferenceServer.Tests;

/// <summary>The bits that were sent are the bits that the model gets, and those that it gives are the ones that are answered, whatever the protocol. V2 and gRPC by datatype: BinaryTensorTests, ProtocolTests, GrpcConformanceTests.</summary>
public sealed class NumericalIdentityTests(GrpcJsClient client) : IClassFixture<GrpcJsClient>
{
    private const string Metadata = """
        {"name":"m","features":[
          {"name":"w","type":"number","tensor":"input","column":0},{"name":"x","type":"number","tensor":"input","column":1},
          {"name":"y","type":"number","tensor":"input","column":2},{"name":"z","type":"number","tensor":"input","column":3}],
         "outputs":[{"name":"class","tensor":"probabilities","kind":"probabilities","classes":["a","b","c"]},{"name":"label","tensor":"label","kind":"value"}]}
        """;

    // What has no short decimal form, −0 and what is lost beside the others among them.
    private static readonly string[][] s_singles = [["0.1", "-2.5", "3.3333333", "1E-07"], ["-0", "6.25", "-0.7182818", "1.4E-45"], ["16777216", "-16777215", "0.33333334", "5"]];
    private static readonly string[][] s_doubles =
        [["0.1", "-2.5", "3.3333333333333335", "1E-17"], ["-0", "6.25", "-0.71828182845904509", "5E-324"], ["9007199254740991", "-9007199254740992", "0.33333333333333331", "5"]];

    public static TheoryData<string> Datatypes => [.. Samples.Types.Keys];

    [Theory]
    [MemberData(nameof(Datatypes))]
    public async Task Rows_of_V1_go_through_bit_for_bit_extremes_included(string datatype)
    {
        string[] row = ElementBits.ExtremesOf(datatype);
        string[] back = [.. row.Reverse()];
        int type = Samples.Types[datatype];
        using var folder = new ModelFolder(new OnnxGraph().Input("x", type, "n", row.Length).Output("y", type, "n", row.Length).Node("Identity", ["x"], ["y"]).Build());
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        (int status, JsonNode answer) = await server.PostAsync("/v1/models/m:predict", $$"""{"instances":[[{{string.Join(',', row)}}],[{{string.Join(',', back)}}]]}""");
        Assert.True(status == 200, answer.ToJsonString());
        JsonArray predictions = answer["predictions"]!.AsArray();
        Assert.Equal(2, predictions.Count);
        Assert.Equal(ElementBits.Of(datatype, row), Read(datatype, predictions[0]!));
        Assert.Equal(ElementBits.Of(datatype, back), Read(datatype, predictions[1]!));
    }

    [Theory]
    [InlineData("FP32")]
    [InlineData("FP64")]
    public async Task A_model_answers_the_same_bits_over_every_protocol_as_in_a_native_run(string datatype)
    {
        string[][] rows = datatype == "FP32" ? s_singles : s_doubles;
        byte[] raw = ElementBits.Of(datatype, rows.SelectMany(row => row));
        byte[] model = datatype == "FP32" ? Samples.Mlp(4, 8, 3) : Samples.DoubleMlp(4, 8, 3);
        using var folder = new ModelFolder(model);
        using var described = new ModelFolder(model, Metadata);
        Run native = RunNatively(folder, datatype, raw);
        await using TestServer plain = await TestServer.StartReadyAsync(folder.Path);
        await using TestServer named = await TestServer.StartReadyAsync(described.Path);
        foreach (TestServer server in new[] { plain, named })
        {
            native.Require("V2 JSON", await InferJsonAsync(server, datatype, rows));
            native.Require("V2 binary", await InferBinaryAsync(server, datatype, raw));
            native.Require("gRPC raw", await CallAsync(server, datatype, $$"""{"name":"input","datatype":"{{datatype}}","shape":[3,4]}""", raw));
            string contents = $$"""{"{{datatype.ToLowerInvariant()}}_contents":[{{string.Join(',', rows.SelectMany(row => row))}}]}""";
            native.Require("gRPC contents", await CallAsync(server, datatype, $$"""{"name":"input","datatype":"{{datatype}}","shape":[3,4],"contents":{{contents}}}"""));
        }

        string tensors = string.Join(',', rows.Select(row => $"[{string.Join(',', row)}]"));
        JsonNode answer = await PostAsync(plain, "/v1/models/m:predict", $$"""{"instances":[{{tensors}}]}""");
        native.Require("V1", ReadRows(datatype, answer["predictions"]!.AsArray(), row => row["label"]));
        string[] objects = [.. rows.Select(row => $$"""{"w":{{row[0]}},"x":{{row[1]}},"y":{{row[2]}},"z":{{row[3]}}}""")];
        foreach (string path in new[] { "/v1/models/m:predict", "/predict" })
        {
            answer = await PostAsync(named, path, $$"""{"instances":[{{string.Join(',', objects)}}]}""");
            native.Require(path + " with named features", ReadRows(datatype, answer["predictions"]!.AsArray(), row => row["outputs"]!["label"]));
        }

        using var lines = new StringContent(string.Join('\n', objects), Encoding.UTF8, "application/x-ndjson");
        using HttpResponseMessage stream = await named.Client.PostAsync("/predict", lines);
        string[] answered = (await stream.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        native.Require("a stream", ReadRows(datatype, [.. answered.Select(line => JsonNode.Parse(line)!)], row => row["outputs"]!["label"]));
    }

    private static Run RunNatively(ModelFolder folder, string datatype, byte[] raw)
    {
        using var session = new Session(Path.Combine(folder.Path, ModelFiles.Model), new SessionOptions { IntraOpThreads = 1 });
        using OnnxValue input = OnnxValue.OverMemory(raw, (TensorElementType)Samples.Types[datatype], [3, 4]);
        using PreparedRun run = session.Prepare(["input"], ["probabilities", "label"]);
        var outputs = new OnnxValue?[2];
        run.Run([input], outputs);
        using OnnxValue probabilities = outputs[0]!;
        using OnnxValue labels = outputs[1]!;
        return new Run(probabilities.Elements<byte>().ToArray(), labels.Elements<byte>().ToArray());
    }

    private static async Task<Run> InferJsonAsync(TestServer server, string datatype, string[][] rows)
    {
        JsonNode answer = await PostAsync(
            server, "/v2/models/m/infer", $$"""{"inputs":[{"name":"input","shape":[3,4],"datatype":"{{datatype}}","data":[{{string.Join(',', rows.SelectMany(row => row))}}]}]}""");
        return new Run(Read(datatype, answer["outputs"]![0]!["data"]!), Read("INT64", answer["outputs"]![1]!["data"]!));
    }

    private static async Task<Run> InferBinaryAsync(TestServer server, string datatype, byte[] raw)
    {
        byte[] head = Encoding.UTF8.GetBytes(
            $$$"""{"parameters":{"binary_data_output":true},"inputs":[{"name":"input","shape":[3,4],"datatype":"{{{datatype}}}","parameters":{"binary_data_size":{{{raw.Length}}}}}]}""");
        using var content = new ByteArrayContent([.. head, .. raw]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.Add(V2Headers.JsonLength, $"{head.Length}");
        using HttpResponseMessage response = await server.Client.PostAsync("/v2/models/m/infer", content);
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        byte[] tail = body[int.Parse(response.Headers.Concat(response.Content.Headers).Single(header => header.Key == V2Headers.JsonLength).Value.Single())..];
        return new Run(tail[..^24], tail[^24..]);
    }

    private async Task<Run> CallAsync(TestServer server, string datatype, string input, byte[]? raw = null)
    {
        string more = raw is null ? "" : $",\"raw_input_contents\":[\"{Convert.ToBase64String(raw)}\"]";
        JsonNode answer = await client.CallAsync(server, "ModelInfer", $$"""{"model_name":"m","inputs":[{{input}}]{{more}}}""");
        Assert.Equal("", (string)answer["details"]!);
        JsonNode response = answer["response"]!;
        if (raw is not null)
            return new Run(Convert.FromBase64String((string)response["raw_output_contents"]![0]!), Convert.FromBase64String((string)response["raw_output_contents"]![1]!));
        return new Run(
            Read(datatype, response["outputs"]![0]!["contents"]![$"{datatype.ToLowerInvariant()}_contents"]!),
            [.. response["outputs"]![1]!["contents"]!["int64_contents"]!.AsArray().SelectMany(label => ElementBits.Of("INT64", (string)label!))]);
    }

    private static async Task<JsonNode> PostAsync(TestServer server, string path, string body)
    {
        (int status, JsonNode answer) = await server.PostAsync(path, body);
        Assert.True(status == 200, $"{path}: {answer.ToJsonString()}");
        return answer;
    }

    private static Run ReadRows(string datatype, JsonArray rows, Func<JsonNode, JsonNode?> label) => new(
        [.. rows.SelectMany(row => Read(datatype, row!["probabilities"]!))], [.. rows.SelectMany(row => ElementBits.Of("INT64", label(row!)!.ToJsonString()))]);

    /// <summary>An array's elements, or an object's in their order.</summary>
    private static byte[] Read(string datatype, JsonNode values) =>
        ElementBits.Of(datatype, values is JsonObject named ? named.Select(member => member.Value!.ToJsonString()) : values.AsArray().Select(value => value!.ToJsonString()));

    private sealed record Run(byte[] Probabilities, byte[] Labels)
    {
        public void Require(string protocol, Run other)
        {
            Assert.True(Probabilities.AsSpan().SequenceEqual(other.Probabilities), $"{protocol} gave {Convert.ToHexString(other.Probabilities)}; natively it is {Convert.ToHexString(Probabilities)}");
            Assert.True(Labels.AsSpan().SequenceEqual(other.Labels), $"{protocol} gave {Convert.ToHexString(other.Labels)}; natively it is {Convert.ToHexString(Labels)}");
        }
    }
}
