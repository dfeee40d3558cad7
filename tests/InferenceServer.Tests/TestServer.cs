using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Canario.Contract;
using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Lifecycle;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Canario.InferenceServer.Tests;

/// <summary>The real server on a port of its own, over a folder with a model.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly MemoryStream _log;

    private TestServer(WebApplication app, MemoryStream log)
    {
        _app = app;
        _log = log;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First().Replace("[::]", "127.0.0.1", StringComparison.Ordinal)) };
        GrpcPort = new Uri(app.Urls.Last()).Port;
    }

    public HttpClient Client { get; }

    public int GrpcPort { get; }

    public string Log => Encoding.UTF8.GetString(_log.ToArray());

    public T Get<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    public static async Task<TestServer> StartAsync(string folder, Func<ServerOptions, ServerOptions>? change = null)
    {
        var options = new ServerOptions
        {
            Identity = new ModelIdentity("prod", "m", "m-1"),
            ModelUri = new Uri(Path.Combine(folder, ModelFiles.Model)),
            Address = "127.0.0.1",
            HttpPort = 0,
            Drain = TimeSpan.FromMilliseconds(300),
            GoldenFailureShown = TimeSpan.Zero,
            CacheDirectory = Path.Combine(folder, "cache"),
        };
        var log = new MemoryStream();
        WebApplication app = InferenceApplication.Build(change?.Invoke(options) ?? options, o => o.Output = log);
        await app.StartAsync();
        return new TestServer(app, log);
    }

    public static async Task<TestServer> StartReadyAsync(string folder, Func<ServerOptions, ServerOptions>? change = null)
    {
        TestServer server = await StartAsync(folder, change);
        await server.WaitReadyAsync();
        return server;
    }

    public async Task WaitReadyAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await Client.GetAsync(HttpPaths.V2Ready, limit.Token)).StatusCode != HttpStatusCode.OK)
        {
            if (Get<ServerState>().Failure is { } failure) throw new InvalidOperationException(failure);
            await Task.Delay(10, limit.Token);
        }
    }

    public async Task<(int Status, JsonNode Body)> PostAsync(string path, string body)
    {
        using HttpResponseMessage response = await Client.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    public Task WaitStoppedAsync() => _app.WaitForShutdownAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        await _log.DisposeAsync();
    }
}
