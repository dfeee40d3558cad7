using System.Net;
using System.Text.Json;
using Canario.Contract;
using Canario.Router.Configuration;

namespace Canario.Router.Tests;

/// <summary>A source that tells what a test tells it.</summary>
internal sealed class ManualSource : IRouterSource
{
    private readonly TaskCompletionSource<IRouterSink> _sink = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<IRouterSink> Sink => _sink.Task;

    public Task RunAsync(IRouterSink sink, CancellationToken cancellationToken)
    {
        sink.SetSynced();
        _sink.SetResult(sink);
        return Task.Delay(Timeout.Infinite, cancellationToken);
    }

    public async Task SetAsync(RouterConfiguration configuration) =>
        await (await Sink).SetConfigurationAsync(configuration.Model, JsonSerializer.Serialize(configuration, ContractJson.Default.RouterConfiguration));

    public async Task SetEndpointsAsync(string service, params int[] ports) =>
        (await Sink).SetEndpoints(service, [.. ports.Select(p => new EndpointAddress(IPAddress.Loopback, p, p))]);

    public async Task SetUnreadyAsync(string service, params int[] ports) =>
        (await Sink).SetEndpoints(service, [.. ports.Select(p => new EndpointAddress(IPAddress.Loopback, p, p, Ready: false))]);
}
