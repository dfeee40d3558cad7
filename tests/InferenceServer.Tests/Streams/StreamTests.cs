using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Canario.Contract;
using Canario.InferenceServer.Http;
using Canario.TestModels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Canario.InferenceServer.Tests.Streams;

public sealed class StreamTests(FeaturesServer features) : IClassFixture<FeaturesServer>
{
    private const string LookupMetadata = """
        {"name":"m","features":[{"name":"x","type":"integer","tensor":"x"}],"outputs":[{"name":"y","tensor":"y","kind":"value"}]}
        """;

    [Fact]
    public async Task Rows_come_back_in_order_each_with_the_prediction_that_a_request_gets()
    {
        TestServer server = features.Server;
        string[] rows = [.. Enumerable.Range(0, 1000).Select(i => $$"""{"age":{{i % 120}},"visits":{{i}},"colour":"{{(i % 3 == 0 ? "red" : "green")}}","income":{{i % 900}}}""")];
        JsonObject[] answers = await StreamAsync(server, string.Join('\n', rows));
        Assert.Equal(rows.Length, answers.Length);
        for (int i = 0; i < rows.Length; i++)
        {
            Assert.Equal(i, (int)answers[i]["row"]!);
            if (i % 50 != 0) continue;
            (int status, JsonNode alone) = await server.PostAsync("/predict", rows[i]);
            Assert.Equal(200, status);
            Assert.Equal((string)alone["prediction"]!, (string)answers[i]["prediction"]!);
            foreach ((string name, JsonNode? value) in alone["probabilities"]!.AsObject())
                Assert.Equal((float)value!, (float)answers[i]["probabilities"]![name]!, 1e-6f);
        }
    }

    [Fact]
    public async Task What_a_refused_row_did_not_send_is_not_missing_from_the_next()
    {
        using ModelFolder folder = new(Samples.Mlp(4, 8, 3), ModelFolder.Metadata, ModelFolder.Baseline);
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        JsonObject[] answers = await StreamAsync(server, """{"age":1,"colour":"red","income":1} x""" + "\n" + ModelFolder.Row);
        Assert.NotNull(answers[0]["error"]);
        Assert.NotNull(answers[1]["prediction"]);
        string metrics = await server.Client.GetStringAsync(HttpPaths.Metrics);
        Assert.Equal(0, Metric(metrics, MetricNames.FeatureValues, "feature=\"visits\",bin=\"__missing__\""));
    }

    [Fact]
    public async Task A_bad_row_is_answered_with_its_number_and_its_fault_and_the_stream_goes_on()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path, o => o with { Limits = o.Limits with { MaximumLineBytes = 100_000 } });
        string[] lines =
        [
            "\uFEFF" + ModelFolder.Row,
            """{"age":200,"colour":"red","income":5}""",
            "",
            ModelFolder.Row + "\r",
            """{"age":""",
            "[" + ModelFolder.Row + "]",
            """{"age":1,"colour":"red","income":424217249}""",
            new string(' ', 300_000) + "x",
            "   ",
            ModelFolder.Row + " x",
            """{"visits":3}""",
            """{"age":1,"colour":"green","income":1}""",
        ];
        JsonObject[] answers = await StreamAsync(server, string.Join('\n', lines));
        string?[] errors = [.. answers.Select(answer => (string?)answer["error"])];
        Assert.Equal(Enumerable.Range(0, 10), answers.Select(answer => (int)answer["row"]!));
        Assert.Null(errors[0]);
        Assert.Equal("feature 'age': '200' is not allowed; it takes a number from 0 to 120", errors[1]);
        Assert.Null(errors[2]);
        Assert.Contains("at byte 7: a number expected, the text ends", errors[3], StringComparison.Ordinal);
        Assert.Equal("a row must be an object of features", errors[4]);
        Assert.Equal("feature 'income': the value is not allowed; it takes a number of at most 1000", errors[5]);
        Assert.Equal("the row is longer than 100000 bytes", errors[6]);
        Assert.Contains("the end expected", errors[7], StringComparison.Ordinal);
        Assert.Contains("feature 'age' is missing", errors[8], StringComparison.Ordinal);
        Assert.Null(errors[9]);
        Assert.All(answers.Where(answer => answer["error"] is not null), answer => Assert.Equal(400, (int)answer["status"]!));
        Assert.All(answers.Where(answer => answer["error"] is null), answer => Assert.NotNull(answer["prediction"]));
        Assert.DoesNotContain("424217249", server.Log + string.Concat(answers.Select(answer => answer.ToJsonString())), StringComparison.Ordinal);

        string metrics = await server.Client.GetStringAsync(HttpPaths.Metrics);
        Assert.Equal(3, Metric(metrics, MetricNames.InferenceStreamRows, "code=\"200\""));
        Assert.Equal(7, Metric(metrics, MetricNames.InferenceStreamRows, "code=\"400\""));
        Assert.Equal(1, Metric(metrics, MetricNames.InferenceRequests, "code=\"200\",protocol=\"predict-stream\""));
        // Rows that were refused are no values that the model has seen; the row without visits was.
        Assert.Equal(1, Metric(metrics, MetricNames.FeatureValues, "feature=\"visits\",bin=\"__missing__\""));
        Assert.Equal(3, new[] { "20", "40", "+Inf" }.Sum(bin => Metric(metrics, MetricNames.FeatureValues, $"feature=\"age\",bin=\"{bin}\"")));
    }

    [Fact]
    public async Task A_row_that_the_model_fails_on_fails_alone_and_is_counted_once()
    {
        using var folder = new ModelFolder(Samples.Lookup(), LookupMetadata);
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        JsonObject[] answers = await StreamAsync(server, string.Join('\n', new[] { 0, 1, 99, 2 }.Select(x => $$"""{"x":{{x}}}""")));
        Assert.Equal([10, 20, null, 30], answers.Select(answer => (double?)answer["prediction"]));
        Assert.Equal(500, (int)answers[2]["status"]!);
        Assert.StartsWith("the model failed on this input", (string)answers[2]["error"]!, StringComparison.Ordinal);
        Assert.Equal(1, Metric(await server.Client.GetStringAsync(HttpPaths.Metrics), MetricNames.InferenceStreamRows, "code=\"500\""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\nExpect: 100-continue")]
    public async Task A_row_is_answered_before_the_next_is_sent(string more)
    {
        using RawConnection connection = await RawConnection.OpenStreamAsync(features.Server, more);
        Assert.Equal(more.Length == 0 ? "HTTP/1.1 200 OK" : "HTTP/1.1 100 Continue", await connection.ReadHeadAsync());
        for (int i = 0; i < 5; i++)
        {
            await connection.SendChunkAsync(ModelFolder.Row + "\n");
            if (i == 0 && more.Length > 0) Assert.Equal("HTTP/1.1 200 OK", await connection.ReadHeadAsync());
            Assert.StartsWith($"{{\"row\":{i},\"prediction\":", await connection.ReadRowAsync(), StringComparison.Ordinal);
        }

        await connection.EndAsync();
        Assert.Null(await connection.ReadRowAsync());
    }

    [Fact]
    public async Task Over_HTTP_2_rows_and_answers_flow_both_ways_too()
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{features.Server.GrpcPort}") };
        using var content = new FedContent();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/predict") { Content = content, Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType!.MediaType);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        for (int i = 0; i < 5; i++)
        {
            await content.FeedAsync(ModelFolder.Row + "\n");
            Assert.StartsWith($"{{\"row\":{i},", await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)), StringComparison.Ordinal);
        }

        content.End();
        Assert.Null(await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task A_client_that_reads_no_answers_is_not_read_from_and_loses_nothing()
    {
        TestServer server = features.Server;
        using RawConnection connection = await RawConnection.OpenStreamAsync(server);
        await connection.ReadHeadAsync();
        string rows = string.Concat(Enumerable.Repeat(ModelFolder.Row + "\n", 200));
        int sent = 0;
        Task sending = Task.Run(async () =>
        {
            // 40 MiB, many times what sockets and pipes hold.
            for (; sent < 4000; sent++) await connection.SendChunkAsync(rows);
            await connection.EndAsync();
        });
        // It stands still for a second, far from the end.
        for (int before = -1; before != Volatile.Read(ref sent); await Task.Delay(1000)) before = Volatile.Read(ref sent);
        Assert.InRange(sent, 1, 3000);
        Assert.False(sending.IsCompleted);

        long row = 0;
        for (; await connection.ReadRowAsync() is { } line; row++) Assert.StartsWith($"{{\"row\":{row},\"prediction\":", line, StringComparison.Ordinal);
        await sending;
        Assert.Equal(4000 * 200, row);
    }

    [Fact]
    public async Task A_client_that_goes_away_ends_its_stream()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        using (RawConnection connection = await RawConnection.OpenStreamAsync(server))
        {
            await connection.SendChunkAsync(ModelFolder.Row + "\n");
            await connection.ReadHeadAsync();
            await connection.ReadRowAsync();
            connection.Socket.LingerState = new System.Net.Sockets.LingerOption(true, 0);
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!(await server.Client.GetStringAsync(HttpPaths.Metrics, limit.Token)).Contains("code=\"499\",protocol=\"predict-stream\"} 1", StringComparison.Ordinal))
            await Task.Delay(20, limit.Token);
    }

    // Kestrel says that the body was cut off, and at about the same time that the request is aborted: whichever is seen first, it is no bad request.
    [Fact]
    public async Task A_body_that_is_cut_off_is_a_client_that_has_gone()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        for (int i = 1; i <= 20; i++)
        {
            using RawConnection connection = await RawConnection.OpenStreamAsync(server);
            await connection.SendChunkAsync(ModelFolder.Row + "\n");
            await connection.ReadHeadAsync();
            await connection.ReadRowAsync();
            connection.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
            string counted = $"code=\"499\",protocol=\"predict-stream\"}} {i}\n";
            while (!(await server.Client.GetStringAsync(HttpPaths.Metrics, limit.Token)).Contains(counted, StringComparison.Ordinal))
                await Task.Delay(5, limit.Token);
        }
    }

    [Theory]
    [InlineData("5\r\nab", true)]
    [InlineData("nonsense\r\n", false)]
    public async Task A_body_that_is_cut_off_is_told_from_one_that_is_framed_badly(string sent, bool cutOff)
    {
        var seen = new TaskCompletionSource<BadHttpRequestException>();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using WebApplication application = builder.Build();
        application.Run(async context =>
        {
            try
            {
                await context.Request.Body.CopyToAsync(Stream.Null);
            }
            catch (BadHttpRequestException e)
            {
                seen.TrySetResult(e);
            }
        });
        await application.StartAsync();
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync("127.0.0.1", new Uri(application.Urls.Single()).Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + sent));
        client.Client.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        Assert.Equal(cutOff, RequestFailures.IsCutOff(await seen.Task.WaitAsync(TimeSpan.FromSeconds(30))));
    }

    [Fact]
    public async Task A_stream_that_stands_still_is_ended_with_the_first_row_that_has_no_answer()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path, o => o with { StreamIdle = TimeSpan.FromSeconds(1) });
        using RawConnection connection = await RawConnection.OpenStreamAsync(server);
        await connection.SendChunkAsync(ModelFolder.Row + "\n" + ModelFolder.Row[..10]);
        await connection.ReadHeadAsync();
        await connection.ReadRowAsync();
        Assert.Equal("""{"row":1,"error":"the stream stood still for 1 s","status":408}""", await connection.ReadRowAsync());
        Assert.Null(await connection.ReadRowAsync());
    }

    [Fact]
    public async Task A_stream_under_way_goes_on_while_the_server_drains()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path, o => o with { Drain = TimeSpan.FromMilliseconds(50) });
        using RawConnection connection = await RawConnection.OpenStreamAsync(server);
        await connection.ReadHeadAsync();
        Task stopped = server.WaitStoppedAsync();
        await ((Lifecycle.DrainingLifetime)server.Get<Microsoft.Extensions.Hosting.IHostLifetime>()).DrainAsync(wait: true);
        for (int i = 0; i < 3; i++)
        {
            await connection.SendChunkAsync(ModelFolder.Row + "\n");
            Assert.StartsWith($"{{\"row\":{i},\"prediction\":", await connection.ReadRowAsync(), StringComparison.Ordinal);
        }

        await connection.EndAsync();
        Assert.Null(await connection.ReadRowAsync());
        await stopped.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_model_without_named_features_refuses_a_stream()
    {
        using var folder = new ModelFolder(Samples.Lookup());
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        using HttpResponseMessage response = await server.Client.PostAsync("/predict", Lines("{}"));
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Contains("no named features", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static StringContent Lines(string text)
    {
        var content = new StringContent(text, Encoding.UTF8);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson", "utf-8");
        return content;
    }

    private static async Task<JsonObject[]> StreamAsync(TestServer server, string text)
    {
        using HttpResponseMessage response = await server.Client.PostAsync("/predict", Lines(text));
        Assert.Equal(200, (int)response.StatusCode);
        string body = await response.Content.ReadAsStringAsync();
        Assert.EndsWith("\n", body, StringComparison.Ordinal);
        return [.. body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject())];
    }

    private static double Metric(string text, string name, string labels)
    {
        string line = text.Split('\n').Single(l => l.StartsWith(name + "{", StringComparison.Ordinal) && l.Contains(labels, StringComparison.Ordinal));
        return double.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }
}
