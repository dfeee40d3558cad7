using Canario.InferenceServer.Lifecycle;
using Microsoft.Extensions.Hosting;

namespace Canario.InferenceServer.Tests;

public sealed class DrainTests
{
    [Fact]
    public async Task A_drain_under_load_fails_no_request_and_is_seen_at_once()
    {
        using ModelFolder folder = ModelFolder.WithFeatures();
        await using TestServer server = await TestServer.StartReadyAsync(folder.Path, o => o with { Drain = TimeSpan.FromSeconds(6) });
        using var stop = new CancellationTokenSource();
        int served = 0;
        Task[] clients = [.. Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                (int status, System.Text.Json.Nodes.JsonNode _) = await server.PostAsync("/predict", ModelFolder.Row);
                Assert.Equal(200, status);
                Interlocked.Increment(ref served);
            }
        }))];
        while (Volatile.Read(ref served) < 50 && !clients.Any(client => client.IsCompleted)) await Task.Delay(5);

        Task drained = ((DrainingLifetime)server.Get<IHostLifetime>()).DrainAsync(wait: true);
        using HttpResponseMessage ready = await server.Client.GetAsync("/v2/health/ready");
        Assert.Equal(503, (int)ready.StatusCode);
        Assert.True(ready.Headers.ConnectionClose);
        int before = Volatile.Read(ref served);
        while (Volatile.Read(ref served) < before + 50 && !clients.Any(client => client.IsCompleted)) await Task.Delay(5);
        // As a router does that has seen the endpoint leave.
        await stop.CancelAsync();
        await Task.WhenAll(clients);
        await drained;
        await server.WaitStoppedAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(0, server.Get<ServerState>().ExitCode);
    }
}
