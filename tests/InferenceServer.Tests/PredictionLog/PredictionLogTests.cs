using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Canario.Contract;
using Canario.InferenceServer.PredictionLog;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Canario.InferenceServer.Tests.PredictionLog;

public sealed class PredictionLogTests
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    [Fact]
    public async Task A_file_gets_a_CloudEvent_for_each_request_and_each_row_of_a_stream_without_sensitive_values()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        string path = Path.Combine(folder.Path, "log", "predictions.jsonl");
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path, o => o with { PredictionLog = $"file://{path}" });
        JsonNode answer = await PostAsync(server, "application/json", $$"""[{"age":30.1,"colour":"green","income":444.517329},{{ModelFolder.Row}}]""", "many");
        await PostAsync(server, "application/x-ndjson", ModelFolder.Row + "\n{\"age\":-1}\n" + ModelFolder.Row, "rows", lines: true);
        await PostAsync(server, "application/json", "{\"age\":-1}", "bad");
        JsonNode[] events = await WaitAsync(() => File.Exists(path) ? Parse(path) : [], 3);

        JsonNode first = events[0];
        Assert.Equal(("1.0", "/canario/prod/m/m-1", "dev.canario.prediction"), ((string)first["specversion"]!, (string)first["source"]!, (string)first["type"]!));
        Assert.True(DateTimeOffset.TryParse((string)first["time"]!, CultureInfo.InvariantCulture, out _));
        Assert.StartsWith($"00-{Trace}-", (string)first["traceparent"]!, StringComparison.Ordinal);
        Assert.Equal(2, (int)first["data"]!["rows"]!);
        Assert.Equal("""{"age":30.1,"visits":null,"colour":"green"}""", first["data"]!["instances"]![0]!["features"]!.ToJsonString());
        Assert.Equal("""{"age":30,"visits":1,"colour":"green"}""", first["data"]!["instances"]![1]!["features"]!.ToJsonString());
        Assert.Equal(answer["predictions"]![1]!["probabilities"]!.ToJsonString(), first["data"]!["instances"]![1]!["probabilities"]!.ToJsonString());
        Assert.Equal(["many", "rows", "rows"], events.Select(RequestId));
        Assert.Equal([0, 2], events[1..].Select(e => (int)e["data"]!["row"]!));
        Assert.DoesNotContain("income", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.DoesNotContain("517329", File.ReadAllText(path), StringComparison.Ordinal);
        await WaitAsync(() => ReadAsync(server, "written"), 3);
    }

    [Fact]
    public async Task Events_of_requests_with_the_same_id_are_different_events()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        string path = Path.Combine(folder.Path, "predictions.jsonl");
        var ids = new HashSet<string>();
        // Two processes of one revision, as two pods are, have the same source.
        for (int process = 0; process < 2; process++)
        {
            var (server, client) = await ServerProcess.StartReadyAsync(folder, ["--prediction-log", $"file://{path}", "--drain-seconds", "0"]);
            using (server)
            using (client)
            {
                for (int i = 0; i < 2; i++) await PostAsync(client, "application/json", ModelFolder.Row, "again");
                await PostAsync(client, "application/x-ndjson", ModelFolder.Row + "\n" + ModelFolder.Row, "again", lines: true);
                JsonNode[] events = await WaitAsync(() => File.Exists(path) ? Parse(path) : [], 4 * (process + 1));
                Assert.Single(events.Select(e => (string)e["source"]!).Distinct());
                Assert.All(events, e => Assert.Equal("again", RequestId(e)));
                ids.UnionWith(events.Select(e => (string)e["id"]!));
                Assert.Equal(events.Length, ids.Count);
                Assert.All(ids, id => Assert.Matches("^[0-9a-f]{32}-[0-9]+$", id));
                // CloudEvents has no other letters in the names of its attributes.
                Assert.All(events, e => Assert.All(e.AsObject(), attribute => Assert.Matches("^[a-z0-9]+$", attribute.Key)));
            }
        }
    }

    [Fact]
    public async Task A_full_file_is_kept_once_and_begun_anew()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        string path = Path.Combine(folder.Path, "predictions.jsonl");
        const int Bytes = 1 << 16;
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path, o => o with { PredictionLog = $"file://{path}", PredictionLogFileBytes = Bytes });
        for (int i = 0; i < 400; i++) await PostAsync(server, "application/json", ModelFolder.Row, $"r{i}");
        await WaitAsync(() => ReadAsync(server, "written"), 400);
        Assert.InRange(new FileInfo(path).Length, 1, Bytes);
        Assert.InRange(new FileInfo(path + ".1").Length, Bytes / 2, Bytes);
        // The last ones, whole and in order.
        JsonNode[] kept = [.. Parse(path + ".1"), .. Parse(path)];
        Assert.Equal(Enumerable.Range(400 - kept.Length, kept.Length).Select(i => $"r{i}"), kept.Select(RequestId));
    }

    [Fact]
    public async Task An_event_begins_a_line_of_its_own_behind_one_that_was_cut()
    {
        using var folder = new ModelFolder([]);
        string path = Path.Combine(folder.Path, "predictions.jsonl");
        File.WriteAllText(path, "{\"n\":1}\n{\"n\":");
        using (var sink = new FileSink(path, 1 << 20))
        {
            await sink.WriteAsync("""{"n":3}"""u8.ToArray(), default);
            await sink.WriteAsync("""{"n":4}"""u8.ToArray(), default);
        }

        using (var sink = new FileSink(path, 1 << 20)) await sink.WriteAsync("""{"n":5}"""u8.ToArray(), default);
        Assert.Equal("{\"n\":1}\n{\"n\":\n{\"n\":3}\n{\"n\":4}\n{\"n\":5}\n", File.ReadAllText(path));
    }

    [Fact]
    public async Task The_standard_output_gets_a_line_and_a_share_of_none_gets_nothing()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path, o => o with { PredictionLog = "stdout" });
        await PostAsync(server, "application/json", ModelFolder.Row, "one");
        await WaitAsync(() => ReadAsync(server, "written"), 1);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!server.Log.Contains("dev.canario.prediction", StringComparison.Ordinal)) await Task.Delay(10, limit.Token);
        Assert.All(server.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.NotNull(JsonNode.Parse(line)));

        await using TestServer none = await TestServer.StartReadyAsync(folder.Path, o => o with { PredictionLog = "stdout", PredictionLogShare = 0 });
        await PostAsync(none, "application/json", ModelFolder.Row, "one");
        Assert.Equal(0, await ReadAsync(none, "written") + await ReadAsync(none, "dropped"));
    }

    [Fact]
    public async Task An_HTTP_sink_gets_structured_events_again_where_it_failed_for_a_moment()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        var bodies = new List<(string Type, string Body)>();
        int requests = 0;
        await using WebApplication sink = await SinkAsync(async context =>
        {
            // The first is asked for again, the second refused for good.
            int request = Interlocked.Increment(ref requests);
            context.Response.StatusCode = request switch { 1 => 503, 3 => 400, _ => 202 };
            using var reader = new StreamReader(context.Request.Body);
            if (context.Response.StatusCode == 202) bodies.Add((context.Request.ContentType!, await reader.ReadToEndAsync()));
        });
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path, o => o with { PredictionLog = sink.Urls.First() + "/events" });
        foreach (string id in new[] { "a", "b", "c" }) await PostAsync(server, "application/json", ModelFolder.Row, id);
        await WaitAsync(() => ReadAsync(server, "written"), 2);
        Assert.Equal(1, await ReadAsync(server, "failed"));
        Assert.Equal(4, requests);
        Assert.Equal(["a", "c"], bodies.Select(body => RequestId(JsonNode.Parse(body.Body)!)));
        Assert.All(bodies, body => Assert.StartsWith("application/cloudevents+json", body.Type, StringComparison.Ordinal));
        Assert.Contains("the sink answered 400", server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sink_that_stands_still_delays_no_request_and_what_does_not_fit_is_dropped_and_counted()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        var release = new TaskCompletionSource();
        await using WebApplication sink = await SinkAsync(async context => await Task.WhenAny(release.Task, Task.Delay(Timeout.Infinite, context.RequestAborted)));
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path, o => o with { PredictionLog = sink.Urls.First() });
        string rows = string.Concat(Enumerable.Repeat(ModelFolder.Row + "\n", 6000));
        long start = Stopwatch.GetTimestamp();
        await PostAsync(server, "application/x-ndjson", rows, "stream", lines: true);
        await PostAsync(server, "application/json", ModelFolder.Row, "after");
        // The sink's own time limit is 5 s an event.
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20), $"{Stopwatch.GetElapsedTime(start)}");
        Assert.InRange(await ReadAsync(server, "dropped"), 1900, 1905);
        release.SetResult();
    }

    private static JsonNode[] Parse(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return [.. reader.ReadToEnd().Split('\n')[..^1].Select(line => JsonNode.Parse(line)!)];
    }

    private static async Task<WebApplication> SinkAsync(RequestDelegate answer)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return app;
    }

    private static string RequestId(JsonNode cloudEvent) => (string)cloudEvent["data"]!["request_id"]!;

    private static Task<JsonNode> PostAsync(TestServer server, string type, string body, string id, bool lines = false) => PostAsync(server.Client, type, body, id, lines);

    private static async Task<JsonNode> PostAsync(HttpClient client, string type, string body, string id, bool lines = false)
    {
        using var content = new StringContent(body, Encoding.UTF8, type);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/predict") { Content = content };
        request.Headers.Add(Headers.RequestId, id);
        request.Headers.Add("traceparent", $"00-{Trace}-00f067aa0ba902b7-01");
        using HttpResponseMessage response = await client.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        return JsonNode.Parse(lines ? text.Split('\n')[0] : text)!;
    }

    private static async Task<JsonNode[]> WaitAsync(Func<JsonNode[]> read, int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (read().Length < count) await Task.Delay(20, limit.Token);
        return read();
    }

    private static async Task WaitAsync(Func<Task<double>> read, double value)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await read() < value) await Task.Delay(20, limit.Token);
    }

    private static async Task<double> ReadAsync(TestServer server, string outcome)
    {
        string text = await server.Client.GetStringAsync(HttpPaths.Metrics);
        string line = text.Split('\n').Single(l => l.StartsWith(MetricNames.PredictionLogEvents + "{", StringComparison.Ordinal) && l.Contains($"outcome=\"{outcome}\"", StringComparison.Ordinal));
        return double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }
}
