using System.Text.Json.Nodes;
using Canario.TestModels;

namespace Canario.InferenceServer.Tests.Grpc;

/// <summary>
/// "Errors are indicated by the google.rpc.Status returned for the request. The OK code indicates success and other codes indicate failure":
/// every demand of inference_grpc.md on a ModelInferRequest, broken, one at a time. A message tells which one it was.
/// </summary>
public sealed class GrpcConformanceErrorTests(TrioServer trio, GrpcJsClient client) : IClassFixture<TrioServer>, IClassFixture<GrpcJsClient>
{
    private const int InvalidArgument = 3;
    private const int Unimplemented = 12;
    private const int Internal = 13;

    private const string A = """{"name":"a","datatype":"FP32","shape":[1,2],"contents":{"fp32_contents":[1,2]}}""";
    private const string B = """{"name":"b","datatype":"INT64","shape":[1],"contents":{"int64_contents":["7"]}}""";
    private const string C = """{"name":"c","datatype":"BYTES","shape":[1,1],"contents":{"bytes_contents":["eA=="]}}""";

    // Of 8 bytes, and of a string with its length.
    private const string Eight = "AAAAAAAAAAA=";
    private const string Text = "AQAAAHg=";

    [Theory]
    [InlineData($"{A},{B}", "", "input 'c' is missing")]
    [InlineData("", "", "input 'a' is missing")]
    [InlineData($"{A},{B},{C},{A}", "", "input 'a' is given twice")]
    [InlineData($$"""{{A}},{{B}},{"name":"d","datatype":"FP32","shape":[1]}""", "", "the model has no input 'd'")]
    [InlineData($$"""{{A}},{{B}},{"datatype":"FP32","shape":[1]}""", "", "the model has no input ''")]
    [InlineData($"{A},{A},{A},{A},{A}", "", "more inputs than the model's 3")]
    [InlineData($"{A},{B},{C}", "{\"name\":\"z\"}", "the model has no output 'z'")]
    [InlineData($"{A},{B},{C}", "{}", "the model has no output ''")]
    [InlineData($"{A},{B},{C}", "{\"name\":\"text\"},{\"name\":\"text\"}", "output 'text' is asked for twice")]
    public async Task Inputs_and_outputs_are_the_models_each_once(string inputs, string outputs, string details) =>
        await RefusedAsync(trio.Server, $$"""{"model_name":"m","inputs":[{{inputs}}],"outputs":[{{outputs}}]}""", details);

    [Theory]
    [InlineData("\"datatype\":\"FP64\",\"shape\":[1,2]", "is given as 'FP64'; the model takes FP32")]
    [InlineData("\"datatype\":\"FLOAT\",\"shape\":[1,2]", "is given as 'FLOAT'; the model takes FP32")]
    [InlineData("\"datatype\":\"fp32\",\"shape\":[1,2]", "is given as 'fp32'; the model takes FP32")]
    [InlineData("\"shape\":[1,2]", "is given as ''; the model takes FP32")]
    [InlineData("\"datatype\":\"FP32\",\"shape\":[1,3]", "has shape [1,3]; the model takes [-1,2]")]
    [InlineData("\"datatype\":\"FP32\",\"shape\":[2]", "has shape [2]; the model takes [-1,2]")]
    [InlineData("\"datatype\":\"FP32\",\"shape\":[1,2,1]", "has shape [1,2,1]; the model takes [-1,2]")]
    [InlineData("\"datatype\":\"FP32\"", "has shape []; the model takes [-1,2]")]
    [InlineData("\"datatype\":\"FP32\",\"shape\":[\"-1\",2]", "a dimension is -1")]
    [InlineData("\"datatype\":\"FP32\",\"shape\":[\"4294967297\",2]", "a dimension is 4294967297")]
    [InlineData("\"datatype\":\"FP32\",\"shape\":[4097,2]", "at most 4096 are taken")]
    [InlineData("\"datatype\":\"FP32\",\"shape\":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,2]", "more than 32 dimensions")]
    public async Task Datatype_and_shape_are_the_models(string members, string details) =>
        await RefusedAsync(trio.Server, $$$"""{"model_name":"m","inputs":[{"name":"a",{{{members}}},"contents":{"fp32_contents":[1,2]}},{{{B}}},{{{C}}}]}""", details);

    public static TheoryData<string> WithContents => [.. DatatypeSample.All.Where(sample => sample.Field.Length > 0).Select(sample => sample.Datatype)];

    [Theory]
    [MemberData(nameof(WithContents))]
    public async Task Contents_have_the_shapes_elements_in_the_datatypes_field_and_no_other(string datatype)
    {
        DatatypeSample sample = DatatypeSample.All.Single(s => s.Datatype == datatype);
        using var folder = new ModelFolder(Samples.Identity(Samples.Types[datatype]));
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        Task RefusedAsync(string shape, string contents, string details) =>
            this.RefusedAsync(server, $$"""{"model_name":"m","inputs":[{"name":"x","datatype":"{{datatype}}","shape":{{shape}},"contents":{{contents}}}]}""", details);

        // "The size must match what is expected by the tensor's shape."
        foreach (string shape in new[] { "[1,3]", "[1,5]", "[4,4]", "[0,4]" })
            await RefusedAsync(shape, $$"""{"{{sample.Field}}":{{sample.Values}}}""", $"elements of shape {shape}");
        await RefusedAsync("[2,2]", "{}", "has not the 4 elements of shape [2,2]");
        // "Representation for … data type"
        foreach (DatatypeSample other in DatatypeSample.All.Where(other => other.Field.Length > 0 && other.Field != sample.Field).DistinctBy(other => other.Field))
        {
            string details = $"is given in '{other.Field}'; {datatype} takes '{sample.Field}'";
            await RefusedAsync("[1,4]", $$"""{"{{other.Field}}":{{other.Values}},"{{sample.Field}}":{{sample.Values}}}""", details);
        }
    }

    [Theory]
    [InlineData("INT8", "int_contents", 128)]
    [InlineData("INT8", "int_contents", -129)]
    [InlineData("INT16", "int_contents", 32768)]
    [InlineData("INT16", "int_contents", -32769)]
    [InlineData("UINT8", "uint_contents", 256)]
    [InlineData("UINT16", "uint_contents", 65536)]
    public async Task A_value_beyond_its_datatype_in_a_wider_field_is_refused(string datatype, string field, int value)
    {
        using var folder = new ModelFolder(Samples.Identity(Samples.Types[datatype]));
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        await RefusedAsync(server, $$$"""{"model_name":"m","inputs":[{"name":"x","datatype":"{{{datatype}}}","shape":[1,1],"contents":{"{{{field}}}":[{{{value}}}]}}]}""", $"{value} is no {datatype}");
    }

    [Theory]
    [InlineData("FP16")]
    [InlineData("BF16")]
    public async Task Sixteen_bit_floats_are_refused_as_contents(string datatype)
    {
        // "Note that the FP16 and BF16 data types must be represented as raw content"
        using var folder = new ModelFolder(Samples.Identity(Samples.Types[datatype]));
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        foreach (string contents in new[] { """{"fp32_contents":[1,2]}""", """{"uint_contents":[1,2]}""", "{}" })
            await RefusedAsync(server, $$"""{"model_name":"m","inputs":[{"name":"x","datatype":"{{datatype}}","shape":[1,2],"contents":{{contents}}}]}""", $"{datatype} takes 'raw_input_contents' only");
    }

    [Theory]
    // "'raw_input_contents' must be initialized with data for each tensor"
    [InlineData($"\"{Eight}\"", "1 'raw_input_contents' for 3 inputs")]
    [InlineData($"\"{Eight}\",\"{Eight}\"", "2 'raw_input_contents' for 3 inputs")]
    [InlineData($"\"{Eight}\",\"{Eight}\",\"{Text}\",\"{Eight}\"", "4 'raw_input_contents' for 3 inputs")]
    [InlineData($"\"\",\"\",\"\",\"\",\"\"", "more 'raw_input_contents' than the model's 3 inputs")]
    // "For each tensor, the size of this content must match what is expected by the tensor's shape and data type"
    [InlineData($"\"AAAA\",\"{Eight}\",\"{Text}\"", "input 'a' has 3 bytes; shape [1,2] of FP32 takes 8")]
    [InlineData($"\"AAAAAAAAAAAAAAAA\",\"{Eight}\",\"{Text}\"", "input 'a' has 12 bytes; shape [1,2] of FP32 takes 8")]
    [InlineData($"\"{Eight}\",\"\",\"{Text}\"", "input 'b' has 0 bytes; shape [1] of INT64 takes 8")]
    [InlineData($"\"{Eight}\",\"{Eight}\",\"eA==\"", "input 'c' has 1 bytes; 1 strings take at least 4")]
    [InlineData($"\"{Eight}\",\"{Eight}\",\"AgAAAHg=\"", "the data ends within string 0")]
    [InlineData($"\"{Eight}\",\"{Eight}\",\"AQAAAHh4\"", "1 bytes follow its 1 strings")]
    public async Task Raw_contents_are_one_for_each_input_and_of_its_size(string raw, string details) =>
        await RefusedAsync(
            trio.Server,
            $$"""{"model_name":"m","inputs":[{"name":"a","datatype":"FP32","shape":[1,2]},{"name":"b","datatype":"INT64","shape":[1]},{"name":"c","datatype":"BYTES","shape":[1,1]}],"raw_input_contents":[{{raw}}]}""",
            details);

    [Fact]
    public async Task Raw_contents_and_contents_are_not_mixed()
    {
        // "If this field is specified then InferInputTensor::contents must not be specified for any input tensor."
        const string Bare = """{"name":"a","datatype":"FP32","shape":[1,2]},{"name":"b","datatype":"INT64","shape":[1]}""";
        await RefusedAsync(
            trio.Server, $$"""{"model_name":"m","inputs":[{{Bare}},{{C}}],"raw_input_contents":["{{Eight}}","{{Eight}}","{{Text}}"]}""", "input 'c' has 'contents' although 'raw_input_contents' are given");
        await RefusedAsync(trio.Server, $$"""{"model_name":"m","inputs":[{{Bare}},{{C}}],"raw_input_contents":["{{Eight}}","{{Eight}}"]}""", "2 'raw_input_contents' for 3 inputs");
    }

    [Theory]
    [InlineData("/w==", "a string is not UTF-8")]
    [InlineData("eAB4", "a string with a NUL character")]
    public async Task Bytes_are_UTF8_without_NUL_as_the_models_strings_are(string base64, string details) =>
        await RefusedAsync(trio.Server, $$$"""{"model_name":"m","inputs":[{{{A}}},{{{B}}},{"name":"c","datatype":"BYTES","shape":[1,1],"contents":{"bytes_contents":["{{{base64}}}"]}}]}""", details);

    [Fact]
    public async Task A_run_that_fails_is_INTERNAL_and_a_call_that_is_not_there_UNIMPLEMENTED()
    {
        using var folder = new ModelFolder(Samples.Lookup());
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        const string Request = """{"model_name":"m","inputs":[{"name":"x","datatype":"INT64","shape":[1],"contents":{"int64_contents":["VALUE"]}}]}""";
        JsonNode answer = await client.CallAsync(server, "ModelInfer", Request.Replace("VALUE", "7"));
        Assert.Equal(Internal, (int)answer["code"]!);
        Assert.NotEmpty((string)answer["details"]!);
        answer = await client.CallAsync(server, "ModelInfer", Request.Replace("VALUE", "2"));
        Assert.Equal("[30]", answer["response"]!["outputs"]![0]!["contents"]!["fp32_contents"]!.ToJsonString());
        Assert.Equal(Unimplemented, (int)(await client.CallAsync(server, "RepositoryIndex", "{}"))["code"]!);
    }

    private async Task RefusedAsync(TestServer server, string request, string details)
    {
        JsonNode answer = await client.CallAsync(server, "ModelInfer", request);
        Assert.Contains(details, (string)answer["details"]!, StringComparison.Ordinal);
        Assert.Equal(InvalidArgument, (int)answer["code"]!);
        Assert.Null(answer["response"]);
    }
}
