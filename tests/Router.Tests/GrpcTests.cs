using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;

namespace Canario.Router.Tests;

/// <summary>HTTP/2 in clear text, as gRPC uses it, against a real HTTP/2 server.</summary>
public sealed class GrpcTests
{
    [Fact]
    public async Task A_stream_in_both_directions_passes_with_its_trailers()
    {
        await using var server = await StartAsync(context =>
        {
            Assert.Equal("trailers", context.Request.Headers.TE);
            return EchoAsync(context);
        });
        await using var router = await RunningRouter.StartAsync(PortOf(server));
        using var client = new HttpClient();
        using var content = new DuplexContent();
        using var request = Request(router.Port + 1, content);
        request.Headers.TE.ParseAdd("trailers");
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(RawConnection.Patience);
        Assert.Equal("200", (int)response.StatusCode + (response.Headers.TryGetValues("x-canario-error", out var error) ? " " + error.Single() : ""));
        Assert.Equal("m-stable", response.Headers.GetValues("x-canario-revision").Single());
        await using var body = await response.Content.ReadAsStreamAsync();
        foreach (string message in new[] { "one", "two", "three" })
        {
            // The next is sent only when the echo of the one before is here: nothing on the way may hold it back.
            await content.WriteAsync(message);
            byte[] echo = new byte[message.Length];
            await body.ReadExactlyAsync(echo).AsTask().WaitAsync(RawConnection.Patience);
            Assert.Equal(message, System.Text.Encoding.ASCII.GetString(echo));
        }
        content.Complete();
        Assert.Equal(0, await body.ReadAsync(new byte[1]).AsTask().WaitAsync(RawConnection.Patience));
        Assert.Equal("0", response.TrailingHeaders.GetValues("grpc-status").Single());
        await router.AssertCountAsync(1, "m-stable", 200);
    }

    [Fact]
    public async Task A_model_that_leaves_answers_and_asks_for_another_connection()
    {
        await using var server = await StartAsync(context => context.Response.WriteAsync("ok"));
        await using var router = await RunningRouter.StartAsync(PortOf(server));
        int connections = 0;
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellationToken) =>
            {
                Interlocked.Increment(ref connections);
                var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
            },
        });
        await AskAsync();
        await AskAsync();
        Assert.Equal(1, connections);
        await router.SplitAsync(100, c => c with { Leaving = true });
        await Wait.ForAsync(
            async () =>
            {
                try
                {
                    await AskAsync();
                }
                catch (HttpRequestException e) when (e.InnerException is HttpProtocolException { ErrorCode: 0 })
                {
                    // The farewell crossed the request on its way (RFC 9113, 6.8): gRPC's clients ask again by themselves, this one does not once it has begun to send.
                }

                return connections > 1;
            },
            "another connection is made");

        async Task AskAsync()
        {
            using var content = new ByteArrayContent([1, 2, 3]);
            using var request = Request(router.Port + 1, content);
            using var response = await client.SendAsync(request).WaitAsync(RawConnection.Patience);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task A_candidate_that_cannot_be_reached_fails_for_no_user()
    {
        await using var server = await StartAsync(context => context.Response.WriteAsync("ok"));
        await using var router = await RunningRouter.StartAsync(PortOf(server));
        await router.Source.SetEndpointsAsync("candidate", RawServer.DeadPort());
        await router.SplitAsync(50);
        using var client = new HttpClient();
        for (int i = 0; i < 20; i++)
        {
            using var content = new ByteArrayContent([1, 2, 3]);
            using var request = Request(router.Port + 1, content);
            using var response = await client.SendAsync(request).WaitAsync(RawConnection.Patience);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
        await router.AssertCountAsync(20, "m-stable", 200);
        Assert.InRange(await router.CountAsync("m-candidate", 502), 1, 20);
    }

    [Fact]
    public async Task A_quiet_stream_is_not_taken_for_a_slow_one()
    {
        await using var server = await StartAsync(EchoAsync);
        await using var router = await RunningRouter.StartAsync(PortOf(server));
        using var client = new HttpClient();
        using var content = new DuplexContent();
        using var request = Request(router.Port + 1, content);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(RawConnection.Patience);
        await using var body = await response.Content.ReadAsStreamAsync();
        await content.WriteAsync("a");
        Assert.Equal(1, await body.ReadAsync(new byte[1]).AsTask().WaitAsync(RawConnection.Patience));
        // A server that counts bytes a second loses its patience after 5; that nothing happens cannot be waited for otherwise.
        await Task.Delay(TimeSpan.FromSeconds(8));
        await content.WriteAsync("b");
        Assert.Equal(1, await body.ReadAsync(new byte[1]).AsTask().WaitAsync(RawConnection.Patience));
        content.Complete();
        Assert.Equal(0, await body.ReadAsync(new byte[1]).AsTask().WaitAsync(RawConnection.Patience));
    }

    [Fact]
    public async Task A_stream_under_way_outlives_the_drains_first_phases()
    {
        await using var server = await StartAsync(EchoAsync);
        await using var router = await RunningRouter.StartAsync(PortOf(server));
        using var client = new HttpClient();
        using var content = new DuplexContent();
        using var request = Request(router.Port + 1, content);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(RawConnection.Patience);
        await using var body = await response.Content.ReadAsStreamAsync();
        var draining = router.Host.DrainAsync();
        // Nothing is accepted any more: all that is left is to finish.
        await Wait.ForAsync(async () => !await router.AcceptsAsync(), "the port is closed");
        Assert.False(draining.IsCompleted);
        await content.WriteAsync("late");
        byte[] echo = new byte[4];
        await body.ReadExactlyAsync(echo).AsTask().WaitAsync(RawConnection.Patience);
        content.Complete();
        Assert.Equal(0, await body.ReadAsync(new byte[1]).AsTask().WaitAsync(RawConnection.Patience));
        Assert.Equal("0", response.TrailingHeaders.GetValues("grpc-status").Single());
        await draining.WaitAsync(RawConnection.Patience);
    }

    [Theory]
    [InlineData("5", 404, false)]
    [InlineData("13", 500, true)]
    [InlineData("14", 503, false)]
    [InlineData("0", 200, true)]
    [InlineData("99", 500, true)]
    public async Task A_calls_status_reaches_the_client_and_counts_as_what_it_stands_for(string status, int code, bool inTrailers)
    {
        await using var server = await StartAsync(async context =>
        {
            context.Response.ContentType = "application/grpc";
            if (inTrailers) await context.Response.Body.WriteAsync(new byte[5]);
            var headers = inTrailers ? context.Features.Get<IHttpResponseTrailersFeature>()!.Trailers : context.Response.Headers;
            headers["grpc-status"] = status;
            headers["grpc-message"] = "so it is";
        });
        await using var router = await RunningRouter.StartAsync(PortOf(server));
        using var client = new HttpClient();
        using var content = new ByteArrayContent([0, 0, 0, 0, 0]);
        using var request = Request(router.Port + 1, content);
        using var response = await client.SendAsync(request).WaitAsync(RawConnection.Patience);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var received = inTrailers ? response.TrailingHeaders : response.Headers;
        Assert.Equal(status, received.GetValues("grpc-status").Single());
        Assert.Equal("so it is", received.GetValues("grpc-message").Single());
        await router.AssertCountAsync(1, "m-stable", code);
    }

    private static async Task EchoAsync(HttpContext context)
    {
        // The router's own patience is what these tests are about.
        context.Features.Get<IHttpMinRequestBodyDataRateFeature>()!.MinDataRate = null;
        context.Response.ContentType = "application/grpc";
        context.Response.DeclareTrailer("grpc-status");
        // Kestrel keeps a started head until it is asked to send it.
        await context.Response.Body.FlushAsync();
        byte[] buffer = new byte[64];
        int count;
        while ((count = await context.Request.Body.ReadAsync(buffer)) > 0)
        {
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, count));
            await context.Response.Body.FlushAsync();
        }
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private static HttpRequestMessage Request(int port, HttpContent content) => new(HttpMethod.Post, new Uri($"http://127.0.0.1:{port}/inference.GRPCInferenceService/ModelInfer"))
    {
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Content = content,
    };

    private static int PortOf(WebApplication app) => new Uri(app.Urls.Single()).Port;

    private static async Task<WebApplication> StartAsync(RequestDelegate handle)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.Run(handle);
        await app.StartAsync();
        return app;
    }
}
