using System.Net;
using System.Text;
using System.Text.Json;
using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Caching;
using Canario.Kubernetes.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Canario.Benchmarks.Operator;

/// <summary>What nodes would do: a ready pod for every Deployment of a model, which has a page of metrics, and a router that serves what the ConfigMaps say.</summary>
internal sealed class PlayedNamespaces : IAsyncDisposable
{
    /// <summary>An address of loopback's own range that nothing else listens on: the operator asks routers at their pod's address, at one fixed port.</summary>
    public const string RouterAddress = "127.77.0.1";
    private const int AtOnce = 16;

    private readonly KubernetesClient _client;
    private readonly WebApplication _router;

    private PlayedNamespaces(KubernetesClient client, WebApplication router)
    {
        _client = client;
        _router = router;
    }

    /// <param name="metrics">What routers and models answer to who asks for their metrics; null: a page without a model's.</param>
    public static async Task<PlayedNamespaces> StartAsync(KubernetesClient client, Cache<ConfigMap> maps, Func<string>? metrics = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.Listen(IPAddress.Parse(RouterAddress), Ports.Admin);
            k.Listen(IPAddress.Parse(RouterAddress), Ports.InferenceHttp);
        });
        var router = builder.Build();
        router.MapGet(HttpPaths.RouterConfig, (RequestDelegate)(context =>
        {
            var served = maps.List()
                .Where(m => m.Data?.ContainsKey(RouterConfiguration.Key) == true)
                .Select(m => JsonSerializer.Deserialize(m.Data![RouterConfiguration.Key], ContractJson.Default.RouterConfiguration)!)
                .ToDictionary(c => c.Model, c => c.Version);
            return context.Response.WriteAsync(JsonSerializer.Serialize(new RouterAcknowledgement(served), ContractJson.Default.RouterAcknowledgement));
        }));
        // The watch over drift asks every model's pod once; of one that does not answer it would ask again and again, and the rest would not be one.
        router.MapGet(HttpPaths.Metrics, (RequestDelegate)(context => context.Response.WriteAsync(metrics?.Invoke() ?? "# A model without a baseline.\n")));
        await router.StartAsync();
        return new PlayedNamespaces(client, router);
    }

    public async Task MakePodsReadyAsync(IEnumerable<string> namespaces)
    {
        var deployments = (await _client.ListAsync(Resources.Deployments, null, new ListOptions { LabelSelector = Labels.Model }, CancellationToken.None)).Items;
        var routers = namespaces.Select(RouterPod);
        var pods = routers.Concat(deployments.Select(d => new ObjectMeta { Namespace = d.Metadata.Namespace, Name = d.Metadata.Name + "-0", Labels = d.Metadata.Labels }));
        await Parallel.ForEachAsync(pods, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (metadata, token) => await MakeReadyAsync(_client, metadata, RouterAddress, token));
    }

    public static ObjectMeta RouterPod(string ns) => new()
    {
        Namespace = ns,
        Name = "router-0",
        Labels = new Dictionary<string, string> { [Labels.ManagedBy] = Labels.ManagedByCanario, [Labels.Component] = Labels.ComponentRouter },
    };

    /// <summary>A pod that is there and ready from its first moment on.</summary>
    public static async Task MakeReadyAsync(KubernetesClient client, ObjectMeta metadata, string address, CancellationToken cancellationToken)
    {
        var pod = new Pod { Metadata = metadata, Spec = new PodSpec { Containers = [new Container { Name = "c", Image = "i" }] } };
        await client.CreateAsync(Resources.Pods, pod, cancellationToken);
        var status = $$$$"""{"status":{"phase":"Running","podIP":"{{{{address}}}}","conditions":[{"type":"Ready","status":"True"}]}}""";
        await client.MergePatchAsync(Resources.Pods, metadata.Namespace, metadata.Name!, Encoding.UTF8.GetBytes(status), cancellationToken, "status");
    }

    public async ValueTask DisposeAsync()
    {
        await _router.StopAsync();
        await _router.DisposeAsync();
    }
}
