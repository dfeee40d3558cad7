using System.Text.Json.Nodes;

namespace Canario.InferenceServer.Tests;

public sealed class TraceTests
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    [Theory]
    [InlineData($"00-{Trace}-00f067aa0ba902b7-01", true)]
    [InlineData($"00-{Trace}-00f067aa0ba902b7-00", true)]
    [InlineData($"00-{Trace}-00f067aa0ba902b7", false)]
    [InlineData("00-00000000000000000000000000000000-00f067aa0ba902b7-01", false)]
    [InlineData("nonsense", false)]
    public async Task A_log_line_about_a_request_belongs_to_its_callers_trace(string traceparent, bool isTrace)
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/predict") { Content = new StringContent("{}") };
        request.Headers.TryAddWithoutValidation("traceparent", traceparent);
        using HttpResponseMessage response = await server.Client.SendAsync(request);
        Assert.Equal(400, (int)response.StatusCode);

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!server.Log.Contains("\"Refused\"", StringComparison.Ordinal)) await Task.Delay(10, limit.Token);
        JsonNode line = JsonNode.Parse(server.Log.Split('\n').Single(text => text.Contains("\"Refused\"", StringComparison.Ordinal)))!;
        Assert.Matches("^[0-9a-f]{32}$", (string)line["trace_id"]!);
        Assert.Equal(isTrace, (string)line["trace_id"]! == Trace);
        Assert.Matches("^[0-9a-f]{16}$", (string)line["span_id"]!);
        Assert.NotEqual("00f067aa0ba902b7", (string)line["span_id"]!);
    }
}
