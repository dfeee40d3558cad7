using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Canario.Contract;
using Canario.InferenceServer.Observation;

namespace Canario.InferenceServer.Tests.Tracing;

public sealed class TraceExportTests : IDisposable
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string Caller = "00f067aa0ba902b7";

    private readonly ModelFolder _folder = ModelFolder.WithFeatures();
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(90));

    public void Dispose()
    {
        _folder.Dispose();
        _limit.Dispose();
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task Where_a_collector_is_named_it_gets_the_spans_of_the_callers_trace(string protocol)
    {
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        var (process, client) = await StartAsync(protocol == "grpc" ? receiver.GrpcPort : receiver.HttpPort, protocol);
        using (process)
        using (client)
        {
            Assert.Equal(HttpStatusCode.OK, await PredictAsync(client, ModelFolder.Row, traced: true));
            Assert.Equal(HttpStatusCode.BadRequest, await PredictAsync(client, "{}", traced: true));
            while (receiver.Spans.Count < 3) await Task.Delay(20, _limit.Token);
        }

        JsonNode[] spans = [.. receiver.Spans];
        JsonNode request = spans.Single(span => (string?)span["attributes"]!["http.response.status_code"] == "200");
        JsonNode refused = spans.Single(span => (string?)span["attributes"]!["http.response.status_code"] == "400");
        JsonNode run = spans.Single(span => (string?)span["name"] == "model run");
        foreach (JsonNode span in new[] { request, refused })
        {
            Assert.Equal("POST /predict", (string?)span["name"]);
            Assert.Equal("SPAN_KIND_SERVER", (string?)span["kind"]);
            Assert.Equal(Caller, (string?)span["parent"]);
        }

        Assert.Equal((string?)request["id"], (string?)run["parent"]);
        Assert.All(spans, span => Assert.Equal(Trace, (string?)span["trace"]));
        Assert.All(spans, span => Assert.Equal(protocol == "grpc" ? "grpc" : "http", (string?)span["via"]));
        JsonNode resource = request["resource"]!;
        Assert.Equal(
            ("canario-inference-server", "prod", "penguins", "penguins-1", "blue"),
            ((string?)resource["service.name"], (string?)resource["canario.namespace"], (string?)resource["canario.model"], (string?)resource["canario.revision"], (string?)resource["team"]));
        // Neither probes, nor what they would be: the model was asked for its readiness many times.
        Assert.Equal(3, spans.Length);
    }

    [Theory]
    [InlineData("/predict", "HTTP /predict", 405)]
    [InlineData("/nowhere", "HTTP", 404)]
    public async Task A_made_up_method_names_no_span(string path, string name, int status)
    {
        string method = "FOO" + new string('X', 100);
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        var (process, client) = await StartAsync(receiver.GrpcPort, "grpc");
        using (process)
        using (client)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            using HttpResponseMessage response = await client.SendAsync(request, _limit.Token);
            Assert.Equal(status, (int)response.StatusCode);
            while (receiver.Spans.IsEmpty) await Task.Delay(20, _limit.Token);
        }

        JsonNode span = receiver.Spans.Single();
        JsonNode attributes = span["attributes"]!;
        Assert.Equal((name, "_OTHER", method[..64]), ((string?)span["name"], (string?)attributes["http.request.method"], (string?)attributes["http.request.method_original"]));
    }

    [Fact]
    public async Task A_stream_has_a_span_for_each_run_of_its_rows()
    {
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        var (process, client) = await StartAsync(receiver.GrpcPort, "grpc");
        using (process)
        using (client)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/predict") { Content = new StringContent($"{ModelFolder.Row}\n{{}}\n{ModelFolder.Row}\n", new MediaTypeHeaderValue("application/x-ndjson")) };
            request.Headers.Add("traceparent", $"00-{Trace}-{Caller}-01");
            using HttpResponseMessage response = await client.SendAsync(request, _limit.Token);
            Assert.Equal(3, (await response.Content.ReadAsStringAsync(_limit.Token)).Count(c => c == '\n'));
            while (receiver.Spans.Count < 2) await Task.Delay(20, _limit.Token);
        }

        JsonNode stream = receiver.Spans.Single(span => (string?)span["name"] == "POST /predict");
        JsonNode run = receiver.Spans.Single(span => (string?)span["name"] == "model run");
        Assert.Equal((Caller, (string?)stream["id"]), ((string?)stream["parent"], (string?)run["parent"]));
        Assert.Equal((Trace, ""), ((string?)run["trace"], Status(run)));
    }

    [Theory]
    [InlineData("inference.GRPCInferenceService/ServerLive", "0000000000", 0, "")]
    [InlineData("inference.GRPCInferenceService/ModelReady", "00000000030A0178", 5, "")]
    [InlineData("inference.GRPCInferenceService/ModelInfer", "00000000020AFF", 3, "")]
    [InlineData("inference.GRPCInferenceService/ModelInfer", "0100000000", 12, "STATUS_CODE_ERROR")]
    [InlineData("inference.GRPCInferenceService/Nothing", "0000000000", 12, "STATUS_CODE_ERROR")]
    public async Task A_call_of_gRPC_has_its_status_in_its_span_and_is_an_error_where_the_server_is_at_fault(string method, string frame, int code, string status)
    {
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        var (process, client) = await StartAsync(receiver.GrpcPort, "grpc");
        using (process)
        using (client)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{await process.GrpcPort}/{method}")
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new ByteArrayContent(Convert.FromHexString(frame)),
            };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
            request.Headers.Add("traceparent", $"00-{Trace}-{Caller}-01");
            using HttpResponseMessage response = await client.SendAsync(request, _limit.Token);
            Assert.Equal($"{code}", response.TrailingHeaders.GetValues("grpc-status").Single());
            while (receiver.Spans.IsEmpty) await Task.Delay(20, _limit.Token);
        }

        JsonNode span = receiver.Spans.Single();
        Assert.Equal((Trace, Caller, "SPAN_KIND_SERVER"), ((string?)span["trace"], (string?)span["parent"], (string?)span["kind"]));
        JsonNode attributes = span["attributes"]!;
        Assert.Equal(("grpc", $"{code}", status), ((string?)attributes["rpc.system"], (string?)attributes["rpc.grpc.status_code"], Status(span)));
        // A method that does not exist is without number.
        bool exists = !method.EndsWith("Nothing", StringComparison.Ordinal);
        Assert.Equal(exists ? method : "POST", (string?)span["name"]);
        Assert.Equal(exists ? method : "/", $"{(string?)attributes["rpc.service"]}/{(string?)attributes["rpc.method"]}");
    }

    [Fact]
    public async Task A_collector_that_is_away_fails_no_request_and_does_not_hold_the_end()
    {
        // Bound, so that nobody else gets the port, and not listening.
        using var away = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        away.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var (process, client) = await StartAsync(((IPEndPoint)away.LocalEndPoint!).Port, "grpc");
        using (process)
        using (client)
        {
            // More than the exporter's queue takes.
            await Parallel.ForAsync(0, 3000, _limit.Token, async (_, _) => Assert.Equal(HttpStatusCode.OK, await PredictAsync(client, ModelFolder.Row, traced: true)));
            long begun = Stopwatch.GetTimestamp();
            process.Signal(ServerProcess.SigTerm);
            Assert.Equal(ExitCodes.Ok, await process.EndAsync());
            Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(20));
        }
    }

    [Fact]
    public async Task Without_a_collector_nothing_listens_to_spans()
    {
        await using TestServer server = await TestServer.StartReadyAsync(_folder.Path);
        (int status, _) = await server.PostAsync("/predict", ModelFolder.Row);
        Assert.Equal(200, status);
        Assert.False(RequestSpans.Source.HasListeners());
    }

    /// <returns>Empty: it was not set.</returns>
    private static string Status(JsonNode span) => (string)span["status"]! is var status && status == "STATUS_CODE_UNSET" ? "" : status;

    private async Task<HttpStatusCode> PredictAsync(HttpClient client, string body, bool traced)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/predict") { Content = new StringContent(body) };
        if (traced) request.Headers.Add("traceparent", $"00-{Trace}-{Caller}-01");
        using HttpResponseMessage response = await client.SendAsync(request, _limit.Token);
        return response.StatusCode;
    }

    private Task<(ServerProcess Server, HttpClient Client)> StartAsync(int collector, string protocol) => ServerProcess.StartReadyAsync(
        _folder,
        ["--namespace", "prod", "--model", "penguins", "--revision", "penguins-1", "--drain-seconds", "0"],
        new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{collector}",
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol,
            ["OTEL_RESOURCE_ATTRIBUTES"] = "team=blue",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
        });
}
