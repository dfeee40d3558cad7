using System.Text.Json;
using System.Text.Json.Nodes;
using Canario.Contract;
using Canario.InferenceServer.Lifecycle;
using Canario.InferenceServer.Models;
using Canario.TestModels;
using Microsoft.Extensions.Hosting;

namespace Canario.InferenceServer.Tests;

public sealed class GoldenTests
{
    private const string Infer = """{"inputs":[{"name":"input","shape":[1,4],"datatype":"FP32","data":[1,2,1,4]}]}""";

    [Fact]
    public async Task A_model_that_answers_its_golden_requests_becomes_ready_and_they_count_as_no_traffic()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        JsonNode predicted;
        JsonNode inferred;
        await using (TestServer teacher = await TestServer.StartReadyAsync(folder.Path))
        {
            (_, predicted) = await teacher.PostAsync("/predict", ModelFolder.Row);
            (_, inferred) = await teacher.PostAsync("/v2/models/m/infer", Infer);
        }

        // What differs from run to run is not expected.
        predicted.AsObject().Remove("request_id");
        inferred.AsObject().Remove("id");
        Write(folder, $$"""{"requests":[{"predict":{{ModelFolder.Row}},"expect":{{predicted.ToJsonString()}}},{"infer":{{Infer}},"expect":{{inferred.ToJsonString()}},"tolerance":0}]}""");
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        string metrics = await server.Client.GetStringAsync(HttpPaths.Metrics);
        Assert.DoesNotContain(metrics.Split('\n'), line => line.StartsWith(MetricNames.PredictionValues + "{", StringComparison.Ordinal) && !line.EndsWith(" 0", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"requests":[{"predict":ROW,"expect":{"prediction":"z"}}]}""", "request 0 has \"", "in answer.prediction; \"z\" is expected")]
    [InlineData("""{"requests":[{"predict":ROW,"expect":{}},{"predict":[ROW],"expect":{"predictions":[]}}]}""", "request 1 has 1 elements in answer.predictions", "0 are expected")]
    [InlineData("""{"requests":[{"predict":ROW,"expect":{"probabilities":{"a":7}}}]}""", "in answer.probabilities.a; 7 is expected, give or take 0.0001", "")]
    [InlineData("""{"requests":[{"predict":ROW,"expect":{"risk":1}}]}""", "has no answer.risk; 1 is expected", "")]
    [InlineData("""{"requests":[{"predict":{"age":-1},"expect":{}}]}""", "request 0 is refused: ", "feature 'age': '-1' is not allowed")]
    [InlineData("""{"requests":[{"expect":{}}]}""", "request 0 takes one of 'predict' and 'infer'", "")]
    [InlineData("""{"tolerance":-1,"requests":[{"predict":ROW,"expect":{}}]}""", "request 0 has tolerance -1", "")]
    [InlineData("""{"requests":[{"predict":ROW,"expect":{}},null]}""", "request 1 is null; an object with 'expect' and one of 'predict' and 'infer' is expected", "")]
    [InlineData("""{"requests":null}""", "'requests' is null; a list is expected", "")]
    [InlineData("""{"requests":7}""", "golden.json is malformed", "")]
    public async Task A_model_that_does_not_is_never_ready_and_says_what_differs(string golden, string message, string rest)
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        Write(folder, golden.Replace("ROW", ModelFolder.Row));
        string log = Path.Combine(folder.Path, "termination");
        File.WriteAllText(log, "");
        await using TestServer server = await TestServer.StartAsync(folder.Path, o => o with { TerminationLog = log });
        await server.WaitStoppedAsync().WaitAsync(TimeSpan.FromSeconds(60));
        ServerState state = server.Get<ServerState>();
        Assert.Equal(message.Contains("malformed") ? ExitCodes.ModelLoadFailed : ExitCodes.WarmUpFailed, state.ExitCode);
        Assert.Contains(message, state.Failure, StringComparison.Ordinal);
        Assert.Contains(rest, state.Failure, StringComparison.Ordinal);
        Assert.Equal(state.Failure, File.ReadAllText(log));
    }

    [Fact]
    public async Task The_difference_is_in_health_for_a_while()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        Write(folder, $$$"""{"requests":[{"predict":{{{ModelFolder.Row}}},"expect":{"prediction":"z"}}]}""");
        await using TestServer server = await TestServer.StartAsync(folder.Path, o => o with { GoldenFailureShown = TimeSpan.FromMinutes(5) });
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        JsonNode health;
        do
        {
            using HttpResponseMessage answer = await server.Client.GetAsync(HttpPaths.Health, limit.Token);
            Assert.Equal(503, (int)answer.StatusCode);
            health = JsonNode.Parse(await answer.Content.ReadAsStringAsync(limit.Token))!;
        }
        while ((string)health["status"]! == "loading");
        Assert.Equal("failed", (string)health["status"]!);
        Assert.Contains("\"z\" is expected", (string)health["reason"]!, StringComparison.Ordinal);
        // Nobody has to wait for the rest of the time.
        server.Get<IHostApplicationLifetime>().StopApplication();
        await server.WaitStoppedAsync().WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_golden_file_of_another_digest_ends_the_server()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        Write(folder, """{"requests":[]}""");
        await using TestServer server = await TestServer.StartAsync(folder.Path, o => o with { GoldenSha256 = new string('a', 64) });
        await server.WaitStoppedAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(ExitCodes.WrongDigest, server.Get<ServerState>().ExitCode);
    }

    [Theory]
    [InlineData("100", "100.009", true)]
    [InlineData("100", "100.02", false)]
    [InlineData("0.5", "0.50009", true)]
    [InlineData("0.5", "0.5002", false)]
    [InlineData("1e999", "1e999", true)]
    [InlineData("1e999", "5", false)]
    [InlineData("-1e999", "1e999", false)]
    [InlineData("5", "1e999", false)]
    [InlineData("1", "\"1\"", false)]
    [InlineData("null", "null", true)]
    [InlineData("true", "false", false)]
    [InlineData("[1,[2]]", "[1,[2.00001]]", true)]
    [InlineData("""{"a":1}""", """{"b":2,"a":1}""", true)]
    public void Numbers_may_differ_by_the_tolerance_or_by_that_share_of_large_ones(string expected, string actual, bool same)
    {
        using JsonDocument wanted = JsonDocument.Parse(expected);
        using JsonDocument got = JsonDocument.Parse(actual);
        Assert.Equal(same, JsonDifference.Find(wanted.RootElement, got.RootElement, 1e-4) is null);
    }

    private static void Write(ModelFolder folder, string golden) => File.WriteAllText(Path.Combine(folder.Path, ModelFiles.Golden), golden);
}
