using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Canario.InferenceServer.Tests.Sources;

/// <summary>Answers as a test says: what no well-behaved server can be made to do.</summary>
internal sealed class StubServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    public StubServer(RequestDelegate answer)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(context =>
        {
            Requests.Enqueue((context.Request.Path.Value!, context.Request.Headers.Authorization.ToString()));
            return answer(context);
        });
        _app.StartAsync().GetAwaiter().GetResult();
    }

    public int Port => new Uri(_app.Urls.Single()).Port;

    public string Address => $"http://127.0.0.1:{Port}";

    /// <summary>What was asked for, and with which credentials.</summary>
    public ConcurrentQueue<(string Path, string Authorization)> Requests { get; } = new();

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
