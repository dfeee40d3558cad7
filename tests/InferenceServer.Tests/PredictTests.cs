using System.Text.Json.Nodes;
using Canario.Contract;
using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Lifecycle;
using Canario.TestModels;

namespace Canario.InferenceServer.Tests;

public sealed class PredictTests(FeaturesServer features) : IClassFixture<FeaturesServer>
{
    private const string Two = """{"name":"m","features":[{"name":"a","type":"number","tensor":"x","column":0},{"name":"b","type":"number","tensor":"x","column":1}]}""";

    [Fact]
    public async Task One_object_gives_one_prediction_and_many_give_many()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        (int status, JsonNode one) = await server.PostAsync("/predict", ModelFolder.Row);
        Assert.Equal(200, status);
        Assert.Contains((string)one["prediction"]!, new[] { "a", "b", "c" });
        Assert.Equal(1f, one["probabilities"]!.AsObject().Sum(p => (float)p.Value!), 1e-5f);
        Assert.Equal("m-1", (string)one["revision"]!);
        foreach (string body in new[] { $"[{ModelFolder.Row},{ModelFolder.Row}]", $$"""{"instances":[{{ModelFolder.Row}},{{ModelFolder.Row}}]}""" })
        {
            (status, JsonNode many) = await server.PostAsync("/predict", body);
            Assert.Equal(200, status);
            Assert.Equal(2, many["predictions"]!.AsArray().Count);
            Assert.Equal(one["probabilities"]!.ToJsonString(), many["predictions"]![1]!["probabilities"]!.ToJsonString());
        }
    }

    [Theory]
    [InlineData("""{"age":200,"colour":"red","income":5}""", "feature 'age': '200' is not allowed; it takes a number from 0 to 120")]
    [InlineData("""{"age":"x","colour":"red","income":5}""", "feature 'age': '\"x\"' is not allowed")]
    [InlineData("""{"age":1,"visits":1.5,"colour":"red","income":5}""", "feature 'visits': '1.5' is not allowed; it takes a whole number")]
    [InlineData("""{"age":1,"colour":"blue","income":5}""", "feature 'colour': 'blue' is not allowed; it takes one of 'red', 'green'")]
    [InlineData("""{"age":1,"colour":"red","income":424217249}""", "feature 'income': the value is not allowed; it takes a number of at most 1000")]
    [InlineData("""{"colour":"red","income":5}""", "feature 'age' is missing and takes a number from 0 to 120")]
    [InlineData("""{"age":null,"colour":"red","income":5}""", "feature 'age' is missing")]
    [InlineData("""{"age":1,"age":1,"colour":"red","income":5}""", "feature 'age' is given twice")]
    [InlineData("""{"agee":1}""", "unknown feature 'agee'; the model takes 'age', 'visits', 'colour', 'income'")]
    [InlineData("""[{"age":1,"colour":"red","income":5},{"age":-1,"colour":"red","income":5}]""", "row 1: feature 'age': '-1'")]
    [InlineData("""[]""", "no rows")]
    [InlineData("""7""", "must be an object of features")]
    [InlineData("""{"age":1e999,"colour":"red","income":5}""", "'1e999' is not allowed")]
    public async Task A_bad_feature_is_named_with_its_value_and_what_is_allowed(string body, string message)
    {
        TestServer server = features.Server;
        (int status, JsonNode answer) = await server.PostAsync("/predict", body);
        Assert.Equal(400, status);
        Assert.Contains(message, (string)answer["error"]!, StringComparison.Ordinal);
        Assert.DoesNotContain("424217249", server.Log + answer.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INT64", "9007199254740993")]
    [InlineData("INT64", "9223372036854775807")]
    [InlineData("INT64", "-9223372036854775808")]
    [InlineData("UINT64", "18446744073709551615")]
    [InlineData("UINT64", "9007199254740993")]
    [InlineData("INT8", "-128")]
    [InlineData("UINT16", "65535")]
    [InlineData("FP32", "16777216")]
    [InlineData("FP64", "0.1")]
    [InlineData("FP16", "65500")]
    [InlineData("FP16", "1.001")]
    [InlineData("BF16", "0.25")]
    public async Task A_number_reaches_the_model_as_it_was_sent(string datatype, string value)
    {
        using var folder = new ModelFolder(Samples.Identity(Samples.Types[datatype]), Two);
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        (int status, JsonNode answer) = await server.PostAsync("/predict", $$"""{"a":{{value}},"b":1}""");
        Assert.Equal(200, status);
        Assert.Equal($"[{value},1]", answer["prediction"]!.ToJsonString());
    }

    [Theory]
    [InlineData("INT8", "128", "'128' is not allowed; it takes a whole number from -128 to 127")]
    [InlineData("INT8", "1.5", "'1.5' is not allowed; it takes a whole number from -128 to 127")]
    [InlineData("UINT64", "18446744073709551616", "it takes a whole number from 0 to 18446744073709551615")]
    [InlineData("BOOL", "2.5", "'2.5' is not allowed; it takes a whole number from 0 to 1")]
    [InlineData("FP16", "70000", "'70000' is not allowed; it takes a number")]
    [InlineData("FP32", "1e39", "'1e39' is not allowed; it takes a number")]
    [InlineData("BF16", "3.4e38", "'3.4e38' is not allowed; it takes a number")]
    public async Task A_number_that_the_tensor_does_not_take_is_refused(string datatype, string value, string message)
    {
        using var folder = new ModelFolder(Samples.Identity(Samples.Types[datatype]), Two);
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        (int status, JsonNode answer) = await server.PostAsync("/predict", $$"""{"a":{{value}},"b":1}""");
        Assert.Equal(400, status);
        Assert.Contains(message, (string)answer["error"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Drift_counters_start_at_zero_and_count_both_protocols()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        Assert.Equal(0, await ReadAsync(server, MetricNames.FeatureValues, "feature=\"age\"", "bin=\"20\""));
        Assert.Equal(7, await ReadAsync(server, MetricNames.FeatureBaseline, "feature=\"age\"", "bin=\"+Inf\""));
        Assert.Equal(0, await ReadAsync(server, MetricNames.InferenceRequests, "code=\"500\"", "protocol=\"predict\""));

        await server.PostAsync("/predict", """[{"age":20,"colour":"green","income":5},{"age":20.5,"visits":9,"colour":"red","income":5}]""");
        await server.PostAsync("/v2/models/m/infer", """{"inputs":[{"name":"input","shape":[1,4],"datatype":"FP32","data":[99,1,0,5]}]}""");

        Assert.Equal(1, await ReadAsync(server, MetricNames.FeatureValues, "feature=\"age\"", "bin=\"20\""));
        Assert.Equal(1, await ReadAsync(server, MetricNames.FeatureValues, "feature=\"age\"", "bin=\"40\""));
        Assert.Equal(1, await ReadAsync(server, MetricNames.FeatureValues, "feature=\"age\"", "bin=\"+Inf\""));
        Assert.Equal(1, await ReadAsync(server, MetricNames.FeatureValues, "feature=\"visits\"", "bin=\"__missing__\""));
        Assert.Equal(2, await ReadAsync(server, MetricNames.FeatureValues, "feature=\"colour\"", "bin=\"red\""));
        double predictions = 0;
        foreach (string c in new[] { "a", "b", "c" }) predictions += await ReadAsync(server, MetricNames.PredictionValues, "output=\"species\"", $"bin=\"{c}\"");
        Assert.Equal(3, predictions);
        Assert.Equal(1, await ReadAsync(server, MetricNames.InferenceRequests, "code=\"200\"", "protocol=\"predict\""));
        Assert.Equal(1, await ReadAsync(server, MetricNames.InferenceRequests, "code=\"200\"", "protocol=\"v2-rest\""));
    }

    [Fact]
    public async Task Confidences_are_counted_of_every_protocol_and_are_those_that_were_answered()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        Assert.Equal(0, await ReadAsync(server, MetricNames.PredictionConfidence + "_count"));

        (_, JsonNode predicted) = await server.PostAsync("/predict", """[{"age":20,"colour":"green","income":5},{"age":20.5,"visits":9,"colour":"red","income":5}]""");
        (_, JsonNode inferred) = await server.PostAsync("/v2/models/m/infer", """{"inputs":[{"name":"input","shape":[1,4],"datatype":"FP32","data":[99,1,0,5]}]}""");
        double[] expected =
        [
            .. predicted["predictions"]!.AsArray().Select(row => row!["probabilities"]!.AsObject().Max(p => (double)p.Value!)),
            inferred["outputs"]![0]!["data"]!.AsArray().Max(p => (double)p!),
        ];

        Assert.Equal(3, await ReadAsync(server, MetricNames.PredictionConfidence + "_count"));
        Assert.Equal(expected.Sum(), await ReadAsync(server, MetricNames.PredictionConfidence + "_sum"), 5);
        foreach (double bound in ConfidenceBuckets.Bounds)
            Assert.Equal(expected.Count(p => p <= bound), await ReadAsync(server, MetricNames.PredictionConfidence + "_bucket", $"le=\"{bound.ToString("R", System.Globalization.CultureInfo.InvariantCulture)}\""));
    }

    [Fact]
    public async Task A_model_without_probabilities_has_no_confidence()
    {
        using var folder = new ModelFolder(Samples.Lookup());
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        await server.PostAsync("/v2/models/m/infer", """{"inputs":[{"name":"x","shape":[1],"datatype":"INT64","data":[2]}]}""");
        Assert.DoesNotContain(MetricNames.PredictionConfidence, await server.Client.GetStringAsync(HttpPaths.Metrics), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_fails_on_an_input_answers_500_and_serves_the_next()
    {
        using var folder = new ModelFolder(Samples.Lookup());
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        (int status, _) = await server.PostAsync("/v2/models/m/infer", """{"inputs":[{"name":"x","shape":[1],"datatype":"INT64","data":[99]}]}""");
        Assert.Equal(500, status);
        (status, JsonNode answer) = await server.PostAsync("/v2/models/m/infer", """{"inputs":[{"name":"x","shape":[1],"datatype":"INT64","data":[2]}]}""");
        Assert.Equal(200, status);
        Assert.Equal("[30]", answer["outputs"]![0]!["data"]!.ToJsonString());
    }

    [Fact]
    public async Task A_wrong_digest_a_missing_model_and_a_broken_one_end_the_server_with_their_exit_codes()
    {
        using var folder = new ModelFolder([1, 2, 3]);
        (Func<ServerOptions, ServerOptions> Change, int Code)[] cases =
        [
            (o => o with { ModelSha256 = new string('0', 64) }, ExitCodes.WrongDigest),
            (o => o with { ModelUri = new Uri("file:///nowhere/model.onnx") }, ExitCodes.ModelUnavailable),
            (o => o with { ModelUri = new Uri("http://127.0.0.1:1/model.onnx"), FetchAttempts = 1 }, ExitCodes.ModelUnavailable),
            (o => o, ExitCodes.ModelLoadFailed),
        ];
        foreach ((Func<ServerOptions, ServerOptions> change, int code) in cases)
        {
            string reason = Path.Combine(folder.Path, "termination-log");
            File.WriteAllText(reason, "");
            await using TestServer server = await TestServer.StartAsync(folder.Path, o => change(o) with { TerminationLog = reason });
            await server.WaitStoppedAsync().WaitAsync(TimeSpan.FromSeconds(60));
            Assert.Equal(code, server.Get<ServerState>().ExitCode);
            Assert.NotEmpty(File.ReadAllText(reason));
        }
    }

    private static async Task<double> ReadAsync(TestServer server, string name, params string[] labels)
    {
        string text = await server.Client.GetStringAsync(HttpPaths.Metrics);
        string line = text.Split('\n').Single(l => l.StartsWith(name + "{", StringComparison.Ordinal) && labels.All(label => l.Contains(label, StringComparison.Ordinal)));
        return double.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }
}
