using System.Threading.Channels;
using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Caching;
using Canario.Kubernetes.Models;

namespace Canario.Router.Configuration;

/// <summary>Watches the router ConfigMaps and the EndpointSlices of one namespace. While the API server is away, what was seen last stays in force.</summary>
internal sealed class KubernetesSource(KubernetesClient client, string ns, TimeProvider time, ILogger<KubernetesSource> logger) : IRouterSource
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);
    // One token: "something changed". What changed is in the sets, so a burst of changes is one pass.
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _gate = new();
    private readonly HashSet<string> _services = new(StringComparer.Ordinal);
    private readonly HashSet<string> _configurations = new(StringComparer.Ordinal);
    // What the sink knows: should this run again, it is told what went meanwhile.
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private readonly HashSet<string> _toldServices = new(StringComparer.Ordinal);

    public async Task RunAsync(IRouterSink sink, CancellationToken cancellationToken)
    {
        var slices = new Cache<EndpointSlice>(CacheIndexes.Label<EndpointSlice>(Labels.ServiceName));
        var maps = new Cache<ConfigMap>();
        slices.Subscribe(change =>
        {
            Mark(_services, ServiceOf(change.Old));
            Mark(_services, ServiceOf(change.New));
        });
        maps.Subscribe(change => Mark(_configurations, change.Current.Metadata.Name));
        var type = await ResolveAsync(cancellationToken);
        var mapOptions = new ReflectorOptions<ConfigMap> { Namespace = ns, LabelSelector = Labels.RouterConfig + "=true" };
        // When one of the three ends, which none should, the others end too: a source that follows only half of the cluster would look alive.
        using var all = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] running =
        [
            new Reflector<EndpointSlice>(client, type, slices, new ReflectorOptions<EndpointSlice> { Namespace = ns }, time, logger).RunAsync(all.Token),
            new Reflector<ConfigMap>(client, Resources.ConfigMaps, maps, mapOptions, time, logger).RunAsync(all.Token),
            TellAsync(sink, slices, maps, all.Token),
        ];
        var first = await Task.WhenAny(running);
        await all.CancelAsync();
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }

    private async Task TellAsync(IRouterSink sink, Cache<EndpointSlice> slices, Cache<ConfigMap> maps, CancellationToken cancellationToken)
    {
        await slices.WaitForSyncAsync(cancellationToken);
        await maps.WaitForSyncAsync(cancellationToken);
        foreach (string name in _told) Mark(_configurations, name);
        foreach (string name in _toldServices) Mark(_services, name);
        await PassAsync(sink, slices, maps);
        sink.SetSynced();
        while (await _changed.Reader.WaitToReadAsync(cancellationToken))
        {
            _changed.Reader.TryRead(out _);
            await PassAsync(sink, slices, maps);
        }
    }

    private static string? ServiceOf(EndpointSlice? slice) => slice?.Metadata.Labels?.GetValueOrDefault(Labels.ServiceName);

    private async Task<ResourceType<EndpointSlice>> ResolveAsync(CancellationToken cancellationToken)
    {
        var wait = TimeSpan.FromMilliseconds(200);
        while (true)
        {
            try
            {
                if (await client.ResolveAsync([Resources.EndpointSlices, Resources.EndpointSlicesV1Beta1], cancellationToken) is { } type) return type;
                Log.SourceFailed(logger, "EndpointSlice", "the API server serves neither discovery.k8s.io/v1 nor v1beta1");
            }
            catch (KubernetesException e)
            {
                Log.SourceFailed(logger, "EndpointSlice", e.Message);
            }
            await Task.Delay(wait, time, cancellationToken);
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }
    }

    private void Mark(HashSet<string> changed, string? name)
    {
        if (name is null) return;
        lock (_gate) changed.Add(name);
        _changed.Writer.TryWrite(true);
    }

    private string[] Take(HashSet<string> changed)
    {
        lock (_gate)
        {
            string[] all = [.. changed];
            changed.Clear();
            return all;
        }
    }

    private async Task PassAsync(IRouterSink sink, Cache<EndpointSlice> slices, Cache<ConfigMap> maps)
    {
        // Endpoints first: a configuration whose endpoints are not known yet would refuse requests for a moment.
        foreach (string service in Take(_services))
        {
            var found = slices.ByIndex(CacheIndexes.Label<EndpointSlice>(Labels.ServiceName).Name, CacheIndexes.LabelKey(ns, service));
            if (found.Count > 0) _toldServices.Add(service);
            else _toldServices.Remove(service);
            sink.SetEndpoints(service, SliceReader.Read(found));
        }
        foreach (string name in Take(_configurations))
        {
            if (maps.Get(ns, name) is { } map)
            {
                _told.Add(name);
                await sink.SetConfigurationAsync(name, map.Data?.GetValueOrDefault(RouterConfiguration.Key) ?? "");
            }
            else
            {
                await sink.RemoveConfigurationAsync(name);
                _told.Remove(name);
            }
        }
    }
}
