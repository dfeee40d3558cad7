using System.Collections.Concurrent;
using System.Collections.Immutable;
using Canario.Contract;
using Canario.Loops;
using Canario.Router.Configuration;
using Canario.Router.Forwarding;
using Canario.Router.Listening;
using Canario.Router.Metrics;
using Canario.Router.Mirroring;
using Canario.Router.Routing;

namespace Canario.Router;

/// <summary>What is served now. A configuration that cannot be served changes nothing, neither for its model nor for others.</summary>
internal sealed class RouterState(
    RouterServer server, RouterMetrics metrics, UpstreamOptions upstream, MirrorOptions mirrors, EventLoops loops, TimeProvider time, ILogger<RouterState> logger)
    : IRouterSink, IDisposable
{
    private readonly MirrorBudget _copies = new(mirrors.MaxBytes);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<string, ServedModel> _models = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _modelBySource = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RouterConfiguration> _waiting = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Service> _services = new(StringComparer.Ordinal);
    private ImmutableDictionary<string, string> _versions = ImmutableDictionary<string, string>.Empty;
    private volatile bool _synced;

    public bool IsSynced => _synced;

    /// <summary>Versions by model: every new request is split by them.</summary>
    public IReadOnlyDictionary<string, string> Versions => Volatile.Read(ref _versions);

    public async ValueTask SetConfigurationAsync(string source, string json)
    {
        await _gate.WaitAsync();
        try
        {
            _waiting.Remove(source);
            var (configuration, error) = ConfigurationReader.Read(json);
            if (configuration is not null)
            {
                error = FindConflict(source, configuration);
                if (error is null)
                {
                    await ApplyAsync(source, configuration);
                    ForgetServices();
                    return;
                }
                // Whoever is in its way may be about to go: of two changes that belong together, either may be seen first.
                _waiting[source] = configuration;
            }
            metrics.BadConfigurations.Increment();
            Log.BadConfiguration(logger, source, error!);
        }
        catch (Exception e)
        {
            Log.ApplyFailed(logger, e, source);
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask RemoveConfigurationAsync(string source)
    {
        await _gate.WaitAsync();
        try
        {
            _waiting.Remove(source);
            if (_modelBySource.Remove(source, out string? model)) await RemoveAsync(model);
            await ApplyWaitingAsync();
            ForgetServices();
        }
        catch (Exception e)
        {
            Log.ApplyFailed(logger, e, source);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void SetEndpoints(string service, IReadOnlyList<EndpointAddress> endpoints) => Find(service).Set(endpoints);

    public void SetSynced()
    {
        if (_synced) return;
        _synced = true;
        Log.Synced(logger);
    }

    /// <summary>Ports that were taken may be free by now.</summary>
    public async Task RetryAsync()
    {
        await _gate.WaitAsync();
        try
        {
            foreach (var model in _models.Values.Where(m => m.BoundPort != m.Route.Configuration.Port).ToArray()) await BindAsync(model);
            await ApplyWaitingAsync();
        }
        catch (Exception e)
        {
            Log.ApplyFailed(logger, e, "retry");
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose()
    {
        _gate.Dispose();
        foreach (var service in _services.Values) service.Set([]);
    }

    private Service Find(string name) => _services.GetOrAdd(name, static (_, s) => new Service(s.upstream, s.loops, s.time), (upstream, loops, time));

    private string? FindConflict(string source, RouterConfiguration configuration)
    {
        foreach (var other in _models.Values)
        {
            var theirs = other.Route.Configuration;
            if (theirs.Model == configuration.Model)
            {
                if (other.Source != source) return $"model: \"{configuration.Model}\" is configured by {other.Source} already";
            }
            else if (Math.Abs(theirs.Port - configuration.Port) < 2)
            {
                return $"port: {configuration.Port} and the next overlap {theirs.Port} and the next of model \"{theirs.Model}\"";
            }
        }
        return null;
    }

    private async Task ApplyWaitingAsync()
    {
        foreach (var (source, configuration) in _waiting.ToArray())
        {
            if (FindConflict(source, configuration) is not null) continue;
            _waiting.Remove(source);
            await ApplyAsync(source, configuration);
        }
    }

    // A namespace sees the Services of thousands of revisions come and go. Only from the source's calls, which come one after the other: an endpoint set meanwhile
    // would go to a Service that is forgotten.
    private void ForgetServices()
    {
        var needed = _models.Values.SelectMany(m => m.Route.Backends).Select(b => b.Service).ToHashSet();
        foreach (var (name, service) in _services)
        {
            if (service.IsEmpty && !needed.Contains(service)) _services.TryRemove(name, out _);
        }
    }

    private async Task ApplyAsync(string source, RouterConfiguration configuration)
    {
        if (_modelBySource.TryGetValue(source, out string? before) && before != configuration.Model) await RemoveAsync(before);
        _modelBySource[source] = configuration.Model;
        var route = Build(configuration);
        if (_models.TryGetValue(configuration.Model, out var model))
        {
            RemoveMetrics(model.Route.Configuration, configuration);
            model.Route = route;
        }
        else
        {
            model = new ServedModel(source, route);
            _models.Add(configuration.Model, model);
        }
        // From here on every request is split anew, whatever connection it comes by.
        model.Listener.Route = route;
        if (model.BoundPort != configuration.Port) await BindAsync(model);
        else Acknowledge(model);
    }

    private async Task BindAsync(ServedModel model)
    {
        var configuration = model.Route.Configuration;
        try
        {
            await server.BindAsync(configuration.Port, model.Listener);
        }
        catch (Exception e) when (e is Microsoft.AspNetCore.Connections.AddressInUseException or IOException or System.Net.Sockets.SocketException or UnauthorizedAccessException)
        {
            if (!model.BindFailed) Log.ListenFailed(logger, configuration.Port, configuration.Model, e.Message);
            model.BindFailed = true;
            return;
        }
        if (model.BoundPort != 0) await server.UnbindAsync(model.BoundPort);
        model.BoundPort = configuration.Port;
        model.BindFailed = false;
        Acknowledge(model);
    }

    private void Acknowledge(ServedModel model)
    {
        var c = model.Route.Configuration;
        Volatile.Write(ref _versions, _versions.SetItem(c.Model, c.Version));
        Log.Applied(logger, c.Model, c.Version, string.Join(", ", c.Backends.Select(b => $"{b.Revision} {b.Weight}")) + (c.Mirror is { } m ? $", copies of {m.Percent} % to {m.Revision}" : ""));
    }

    private async Task RemoveAsync(string name)
    {
        if (!_models.Remove(name, out var model)) return;
        Volatile.Write(ref _versions, _versions.Remove(name));
        if (model.BoundPort != 0) await server.UnbindAsync(model.BoundPort);
        model.Listener.Route = null;
        RemoveMetrics(model.Route.Configuration, null);
        Log.Removed(logger, name);
    }

    private Route Build(RouterConfiguration c)
    {
        Backend[] backends = [.. c.Backends.Select(b => new Backend(b.Revision, Find(b.Service), metrics.For(new ModelIdentity(c.Namespace, c.Model, b.Revision))))];
        return new Route(c, new Split(c), backends, time.GetTimestamp(), BuildMirror(c, backends));
    }

    private Mirror? BuildMirror(RouterConfiguration c, Backend[] backends)
    {
        if (c.Mirror is not { } mirror) return null;
        int index = Array.FindIndex(backends, b => b.Revision == mirror.Revision);
        return new Mirror(backends[index], index, mirror.Percent, metrics.ShadowFor(new ModelIdentity(c.Namespace, c.Model, mirror.Revision)), mirrors, _copies);
    }

    private void RemoveMetrics(RouterConfiguration before, RouterConfiguration? after)
    {
        foreach (var b in before.Backends)
        {
            if (after is not null && after.Namespace == before.Namespace && after.Backends.Any(a => a.Revision == b.Revision)) continue;
            metrics.Remove(new ModelIdentity(before.Namespace, before.Model, b.Revision));
        }
    }
}
