using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Canario.Router.Tests;

/// <summary>HTTP/2 in clear text, as gRPC uses it, against a real HTTP/2 server.</summary>
public sealed class GrpcTests
{
    [Fact]
    public async Task A_stream_in_both_directions_passes_with_its_trailers()
    {
        await using var server = await StartAsync(async context =>
        {
            Assert.Equal("trailers", context.Request.Headers.TE);
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
