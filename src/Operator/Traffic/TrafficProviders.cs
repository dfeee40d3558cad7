using Canario.Kubernetes;
using Canario.Operator.Api;
using Canario.Operator.Reconcile;
using Canario.Operator.Traffic.Gateways;
using Canario.Operator.Traffic.Routers;
using Canario.Operator.Traffic.Services;

namespace Canario.Operator.Traffic;

/// <summary>All traffic providers by name.</summary>
sealed class TrafficProviders
{
    private readonly Dictionary<string, ITrafficProvider> _byName = new(StringComparer.Ordinal);
    private readonly ModelService _service;
    private readonly GatewayProvider _gateways;

    public TrafficProviders(KubernetesClient client, ClusterView view, Applier applier, RouterAcknowledgements acknowledgements, WorkOptions options, TimeProvider time)
    {
        _service = new ModelService(view, applier);
        var pods = new PodProvider(view, _service);
        _gateways = new GatewayProvider(client, view, applier, _service, pods);
        ITrafficProvider[] all = [new RouterProvider(view, applier, acknowledgements, _service, pods, options.AddressOfPod, options.RouterRetirement, time), pods, _gateways];
        foreach (var provider in all)
            _byName.Add(provider.Name, provider);
    }

    public static bool NeedsRouters(ModelDeploymentSpec spec) => spec.Traffic.Provider is not (TrafficProviderNames.Service or TrafficProviderNames.GatewayApi);

    /// <summary>The one that spec asks for. Nothing of an invalid spec is followed: then the one that there is.</summary>
    public ITrafficProvider Find(TrafficState traffic)
    {
        var asked = traffic.Deployment.Spec.Traffic.Provider;
        if (traffic.Plan.SpecError is not null && _gateways.Find(traffic.Deployment) is not null)
            return _gateways;
        if (traffic.Plan.SpecError is null || _service.Find(traffic.Deployment) is not { } live)
            return _byName.GetValueOrDefault(asked) ?? _byName[TrafficProviderNames.Router];
        return _byName[ServiceTarget.LeadsToRouters(live) ? TrafficProviderNames.Router : TrafficProviderNames.Service];
    }

    /// <summary>What providers before this one have left.</summary>
    /// <returns>When to come back for the rest; null: there is none.</returns>
    public async Task<TimeSpan?> RetireOthersAsync(ITrafficProvider current, TrafficState traffic, CancellationToken cancellationToken)
    {
        TimeSpan? again = null;
        foreach (var other in _byName.Values.Where(p => p != current))
        {
            if (await other.RetireAsync(traffic, cancellationToken) is { } wait && !(again < wait))
                again = wait;
        }

        return again;
    }

    public void Forget(ObjectKey model)
    {
        foreach (var provider in _byName.Values)
            provider.Forget(model);
    }
}
