using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Canario.Contract;
using Canario.InferenceServer.Http;
using Canario.TestModels;

namespace Canario.InferenceServer.Tests;

public sealed class DeadlineTests
{
    [Fact]
    public async Task A_request_whose_deadline_passes_is_answered_504_and_others_are_served()
    {
        using var folder = new ModelFolder(Samples.WideMlp());
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        // So many rows take some tens of milliseconds.
        string rows = $$"""{"inputs":[{"name":"input","shape":[1024,256],"datatype":"FP32","data":[{{string.Join(',', Enumerable.Repeat("0", 1024 * 256))}}]}]}""";
        (int status, string body) = await PostAsync(server, "/v2/models/m/infer", rows, "1");
        Assert.Equal((504, """{"error":"the deadline passed before the answer was ready"}"""), (status, body));
        Assert.Equal(200, (await PostAsync(server, "/v2/models/m/infer", rows, "60000")).Status);
        Assert.Equal(200, (await PostAsync(server, "/v2/models/m/infer", rows, $"{long.MaxValue / TimeSpan.TicksPerMillisecond}")).Status);
        string metrics = await server.Client.GetStringAsync(HttpPaths.Metrics);
        Assert.Contains("code=\"504\",protocol=\"v2-rest\"} 1", metrics, StringComparison.Ordinal);
        Assert.Contains("code=\"200\",protocol=\"v2-rest\"} 2", metrics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("1.5")]
    [InlineData("soon")]
    [InlineData("99999999999999999999")]
    public async Task A_deadline_that_is_none_is_refused_with_what_is_allowed(string value)
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        (int status, string body) = await PostAsync(server, "/predict", ModelFolder.Row, value);
        Assert.Equal(400, status);
        Assert.Equal($"header {RequestDeadline.Header}: '{value}' is not a whole number of milliseconds from 1", (string)JsonNode.Parse(body)!["error"]!);
    }

    [Fact]
    public async Task A_deadline_that_passes_while_the_body_comes_is_told_then()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path);
        using var client = new TcpClient("127.0.0.1", server.Client.BaseAddress!.Port);
        await using NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /predict HTTP/1.1\r\nHost: m\r\nContent-Length: 100\r\n{RequestDeadline.Header}: 200\r\n\r\n{{\"age\":"));
        byte[] answer = new byte[4096];
        int count = await stream.ReadAsync(answer).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        string text = Encoding.ASCII.GetString(answer, 0, count);
        Assert.StartsWith("HTTP/1.1 504", text, StringComparison.Ordinal);
        Assert.Contains("the deadline passed", text, StringComparison.Ordinal);
    }

    private static async Task<(int Status, string Body)> PostAsync(TestServer server, string path, string body, string deadline)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body) };
        request.Headers.TryAddWithoutValidation(RequestDeadline.Header, deadline);
        using HttpResponseMessage response = await server.Client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
