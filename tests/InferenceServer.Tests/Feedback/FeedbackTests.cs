using System.Text;
using System.Text.Json.Nodes;
using Canario.Contract;
using Canario.TestModels;

namespace Canario.InferenceServer.Tests.Feedback;

public sealed class FeedbackTests
{
    private const string NumberMetadata = """
        {"name":"m","features":[{"name":"x","type":"integer","tensor":"x"}],"outputs":[{"name":"y","tensor":"y","kind":"value"}]}
        """;

    [Fact]
    public async Task Truth_of_classes_counts_right_wrong_and_which_was_taken_for_which()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        string predicted = await PredictAsync(server, ModelFolder.Row, "one");
        string other = new[] { "a", "b", "c" }.First(name => name != predicted);
        await PredictAsync(server, ModelFolder.Row, "two");
        await PredictAsync(server, $"[{ModelFolder.Row},{ModelFolder.Row}]", "three");

        (int status, JsonNode body) = await server.PostAsync("/feedback", Item("one", $"\"{predicted}\""));
        Assert.Equal((200, """{"accepted":1}"""), (status, body.ToJsonString()));
        (status, body) = await server.PostAsync("/feedback", $$"""{"feedback":[{{Item("two", $"\"{other}\"")}},{{Item("three", $"{"abc".IndexOf(predicted[0], StringComparison.Ordinal)}", 1)}}]}""");
        Assert.Equal((200, """{"accepted":2,"refused":[]}"""), (status, body.ToJsonString()));

        Assert.Equal(2, await ReadAsync(server, MetricNames.FeedbackPredictions, "correct=\"true\""));
        Assert.Equal(1, await ReadAsync(server, MetricNames.FeedbackPredictions, "correct=\"false\""));
        Assert.Equal(2, await ReadAsync(server, MetricNames.FeedbackClasses, $"actual=\"{predicted}\",predicted=\"{predicted}\""));
        Assert.Equal(1, await ReadAsync(server, MetricNames.FeedbackClasses, $"actual=\"{other}\",predicted=\"{predicted}\""));
        Assert.Equal(0, await ReadAsync(server, MetricNames.FeedbackClasses, $"actual=\"{predicted}\",predicted=\"{other}\""));
        Assert.Equal(3, await ReadAsync(server, MetricNames.FeedbackItems, "outcome=\"matched\""));
    }

    [Fact]
    public async Task Truth_of_numbers_counts_how_far_off_they_were_also_of_a_stream()
    {
        using var folder = new ModelFolder(Samples.Lookup(), NumberMetadata);
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        using var content = new StringContent("{\"x\":0}\n{\"x\":1}\n{\"x\":99}\n{\"x\":2}\n", Encoding.UTF8, "application/x-ndjson");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/predict") { Content = content };
        request.Headers.Add(Headers.RequestId, "s");
        using HttpResponseMessage response = await server.Client.SendAsync(request);
        await response.Content.ReadAsStringAsync();

        // 10, 20 and 30 were predicted.
        (int status, JsonNode body) = await server.PostAsync("/feedback", $"[{Item("s", "12.5", 0)},{Item("s", "20", 1)},{Item("s", "1", 2)},{Item("s", "29", 3)}]");
        Assert.Equal(200, status);
        Assert.Equal(3, (int)body["accepted"]!);
        Assert.Equal((2, 404), ((int)body["refused"]![0]!["row"]!, (int)body["refused"]![0]!["status"]!));
        Assert.Equal(3, await ReadAsync(server, MetricNames.FeedbackValues, "m-1"));
        Assert.Equal(3.5, await ReadAsync(server, MetricNames.FeedbackAbsoluteError, "m-1"));
        Assert.Equal(7.25, await ReadAsync(server, MetricNames.FeedbackSquaredError, "m-1"));
        (status, body) = await server.PostAsync("/feedback", Item("s", "\"x\"", 1));
        Assert.Equal(409, status);
    }

    [Fact]
    public async Task Truth_so_far_off_that_the_sums_would_be_infinite_for_good_is_refused_and_a_right_one_may_follow()
    {
        using var folder = new ModelFolder(Samples.Lookup(), NumberMetadata);
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        foreach (string id in new[] { "one", "two", "three" }) await PredictAsync(server, """{"x":0}""", id);
        (int status, JsonNode body) = await server.PostAsync("/feedback", Item("one", "1e200"));
        Assert.Equal((400, "'actual': '1E+200' is so far from the prediction that the sum of squared errors would not be finite"), (status, (string)body["error"]!));
        // Each has a finite square, both together have not.
        Assert.Equal(200, (await server.PostAsync("/feedback", Item("two", "-1e154"))).Status);
        Assert.Equal(400, (await server.PostAsync("/feedback", Item("three", "1e154"))).Status);
        Assert.Equal(200, (await server.PostAsync("/feedback", Item("one", "12.5"))).Status);
        Assert.Equal(2, await ReadAsync(server, MetricNames.FeedbackValues, "m-1"));
        Assert.Equal(1e154, await ReadAsync(server, MetricNames.FeedbackAbsoluteError, "m-1"));
        Assert.Equal(1e308, await ReadAsync(server, MetricNames.FeedbackSquaredError, "m-1"), 1e294);
        Assert.Equal(2, await ReadAsync(server, MetricNames.FeedbackItems, "outcome=\"invalid\""));
    }

    [Fact]
    public async Task What_cannot_be_joined_is_told_apart()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path, o => o with { FeedbackPredictions = 3, FeedbackWindow = TimeSpan.FromSeconds(5) });
        foreach (string id in new[] { "p", "q", "r", "s" }) await PredictAsync(server, ModelFolder.Row, id);
        (string Body, int Status, string Message)[] cases =
        [
            (Item("p", "\"a\""), 404, "no prediction of request 'p', row 0 is known: the process that answered keeps the last 3 predictions, for 5 s"),
            (Item("q", "\"a\"", 1), 404, "no prediction of request 'q', row 1 is known"),
            (Item("q", "\"zebra\""), 400, "'actual': 'zebra' is no class of the model; it knows 'a', 'b', 'c'"),
            (Item("q", "7"), 400, "'actual': '7' is no class of the model"),
            (Item("q", "\"a\""), 200, ""),
            (Item("q", "\"a\""), 409, "the prediction of request 'q', row 0 has its feedback already"),
            ("{}", 400, "'request_id' is missing"),
            ("""{"request_id":"q"}""", 400, "'actual' is missing"),
            ("""{"request_id":"q ","actual":1}""", 400, "'request_id': 'q ' is no request id"),
            ("""{"request_id":"q","row":-1,"actual":1}""", 400, "'row': '-1' is not a whole number from 0"),
            ("""{"request_id":"q","actual":1e999}""", 400, "'actual': '1e999' is not a finite number"),
            ("""{"request_id":"q","actual":null}""", 400, "'actual' must be a class (a string, true or false) or a number"),
            ("""{"request_id":"q","actual":["a"]}""", 400, "'actual' must be a class (a string, true or false) or a number"),
            ("""{"request_id":"q","actual":""", 400, "the body is not usable JSON at byte 27: a number expected, the text ends"),
            ("""{"request_id":7,"actual":1}""", 400, "'request_id' must be a string"),
            ("""{"request_id":"q","row":"1","actual":1}""", 400, "'row' must be a whole number from 0"),
            ("""{"request_id":"q","request_id":"r","actual":1}""", 400, "'request_id' is given twice"),
            ("""{"request_id":"q","row":0,"row":0,"actual":1}""", 400, "'row' is given twice"),
            ("""{"request_id":"q","actual":"a","actual":1}""", 400, "'actual' is given twice"),
            ("""[{"request_id":"q","actual":1},{"request_id":"q","actul":1}]""", 400, "item 1: unknown member 'actul'; 'request_id', 'row' and 'actual' are taken"),
            ("[]", 400, "no feedback is given"),
            ("7", 400, "the body must be an object"),
            ($"[{string.Join(',', Enumerable.Repeat(Item("q", "1"), 4097))}]", 400, "at most 4096 items are taken in one request"),
        ];
        foreach ((string body, int expected, string message) in cases)
        {
            (int status, JsonNode answer) = await server.PostAsync("/feedback", body);
            Assert.True(expected == status, $"{body} was answered {status}: {answer.ToJsonString()}");
            if (message.Length > 0) Assert.StartsWith(message, (string)answer["error"]!, StringComparison.Ordinal);
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        int late;
        while ((late = (await server.PostAsync("/feedback", Item("r", "\"zebra\""))).Status) == 400) await Task.Delay(20, limit.Token);
        Assert.Equal(410, late);
        Assert.Equal(1, await ReadAsync(server, MetricNames.FeedbackItems, "outcome=\"duplicate\""));
        Assert.Equal(1, await ReadAsync(server, MetricNames.FeedbackItems, "outcome=\"late\""));
    }

    [Fact]
    public async Task Nothing_is_kept_where_feedback_is_off()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path, o => o with { FeedbackPredictions = 0 });
        await PredictAsync(server, ModelFolder.Row, "one");
        (int status, JsonNode body) = await server.PostAsync("/feedback", Item("one", "\"a\""));
        Assert.Equal(404, status);
        Assert.Contains("feedback is off", (string)body["error"]!, StringComparison.Ordinal);
        Assert.DoesNotContain("canario_feedback", await server.Client.GetStringAsync(HttpPaths.Metrics), StringComparison.Ordinal);
    }

    [Fact]
    public void A_window_keeps_the_last_predictions_of_each_id_whatever_comes_and_goes()
    {
        const int Capacity = 50;
        var window = new InferenceServer.Feedback.PredictionWindow(Capacity, TimeSpan.FromHours(1), TimeProvider.System);
        var kept = new List<(string Id, double Value, bool Taken)>();
#pragma warning disable CA5394 // A seeded walk.
        var random = new Random(9);
        for (int i = 0; i < 20_000; i++)
        {
            string id = $"{random.Next(80)}";
            if (random.Next(2) == 0)
            {
                window.Add(id, 0, new InferenceServer.Feedback.GivenPrediction(null, i));
                kept.Add((id, i, false));
                if (kept.Count > Capacity) kept.RemoveAt(0);
                continue;
            }

            int at = kept.FindLastIndex(entry => entry.Id == id);
            InferenceServer.Feedback.FeedbackOutcome outcome = window.Take(id, 0, out InferenceServer.Feedback.GivenPrediction prediction);
            if (at < 0)
            {
                Assert.Equal(InferenceServer.Feedback.FeedbackOutcome.Unknown, outcome);
                continue;
            }

            Assert.Equal(kept[at].Taken ? InferenceServer.Feedback.FeedbackOutcome.Duplicate : InferenceServer.Feedback.FeedbackOutcome.Matched, outcome);
            if (!kept[at].Taken) Assert.Equal(kept[at].Value, prediction.Number);
            kept[at] = kept[at] with { Taken = true };
        }
#pragma warning restore CA5394
    }

    private static string Item(string id, string actual, int? row = null) =>
        $$"""{"request_id":"{{id}}",{{(row is null ? "" : $"\"row\":{row},")}}"actual":{{actual}}}""";

    private static async Task<string> PredictAsync(TestServer server, string body, string id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/predict") { Content = new StringContent(body) };
        request.Headers.Add(Headers.RequestId, id);
        using HttpResponseMessage response = await server.Client.SendAsync(request);
        JsonNode answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        return answer["prediction"]?.ToString() ?? "";
    }

    private static async Task<double> ReadAsync(TestServer server, string name, string labels)
    {
        string text = await server.Client.GetStringAsync(HttpPaths.Metrics);
        string line = text.Split('\n').Single(l => l.StartsWith(name + "{", StringComparison.Ordinal) && l.Contains(labels, StringComparison.Ordinal));
        return double.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }
}
