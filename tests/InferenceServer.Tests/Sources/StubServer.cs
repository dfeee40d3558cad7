using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Canario.InferenceServer.Tests.Sources;

/// <summary>Answers as a test says: what no well-behaved server can be made to do.</summary>
internal sealed class StubServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    public StubServer(RequestDelegate answer)
    {
        _app = LoopbackApp.Start(context =>
        {
            Requests.Enqueue((context.Request.Path.Value!, context.Request.Headers.Authorization.ToString()));
            return answer(context);
        });
    }

    public int Port => new Uri(_app.Urls.Single()).Port;

    public string Address => $"http://127.0.0.1:{Port}";

    /// <summary>What was asked for, and with which credentials.</summary>
    public ConcurrentQueue<(string Path, string Authorization)> Requests { get; } = new();

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
