using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Canario.Kubernetes.Tests;

/// <summary>A real API server cannot be made to refuse on demand, so these answers are written to a socket by hand.</summary>
public sealed class RetryAfterTests
{
    private const string Busy = """{"kind":"Status","status":"Failure","reason":"TooManyRequests","message":"too many","code":429}""";
    private const string Version = """{"major":"1","minor":"20","gitVersion":"v1.20.2"}""";

    [Fact]
    public async Task A_call_refused_with_retry_after_is_sent_again_after_that_time()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        var answering = AnswerAsync(server, ("429 Too Many Requests", "Retry-After: 1\r\n", Busy), ("200 OK", "", Version));
        using var client = Client(server);
        var started = TimeProvider.System.GetTimestamp();
        Assert.Equal("20", (await client.GetVersionAsync(default)).Minor);
        Assert.True(TimeProvider.System.GetElapsedTime(started) >= TimeSpan.FromSeconds(0.9));
        await answering;
    }

    [Fact]
    public async Task A_refusal_that_outlasts_the_retries_comes_out_typed_with_its_wait()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        var answering = AnswerAsync(server, ("429 Too Many Requests", "Retry-After: 7\r\n", Busy));
        using var client = Client(server, new KubernetesClientOptions { MaxRetries = 0 });
        var error = await ClientTests.ErrorOf(() => client.GetVersionAsync(default));
        Assert.Equal((KubernetesError.TooManyRequests, TimeSpan.FromSeconds(7)), (error.Error, error.RetryAfter));
        await answering;
    }

    private static KubernetesClient Client(TcpListener server, KubernetesClientOptions? options = null) =>
        new(new ClusterAccess { Server = new Uri($"http://127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}") }, options);

    private static Task AnswerAsync(TcpListener server, params (string Status, string Fields, string Body)[] answers)
    {
        server.Start();
        return Task.Run(async () =>
        {
            foreach (var (status, fields, body) in answers)
            {
                using var connection = await server.AcceptTcpClientAsync();
                var stream = connection.GetStream();
                using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
                while (await reader.ReadLineAsync() is { Length: > 0 })
                {
                }
                var text = $"HTTP/1.1 {status}\r\n{fields}Content-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}";
                await stream.WriteAsync(Encoding.ASCII.GetBytes(text));
            }
        });
    }
}
