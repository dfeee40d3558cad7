using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json;
using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Configuration;
using Canario.Kubernetes.Models;
using Canario.LocalCluster;
using Canario.Router.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Canario.Router.Tests;

/// <summary>A router that follows a real API server.</summary>
public sealed class ApiServerTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static readonly CancellationToken s_never = CancellationToken.None;

    // An EndpointSlice may not name a loopback address.
    private static readonly IPAddress s_address = NetworkInterface.GetAllNetworkInterfaces()
        .Where(i => i.OperationalStatus == OperationalStatus.Up)
        .SelectMany(i => i.GetIPProperties().UnicastAddresses)
        .Select(a => a.Address)
        .First(a => a.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(a));

    [Fact]
    public async Task What_the_cluster_says_is_in_force_soon_and_stays_in_force_while_the_api_server_is_away()
    {
        await using var plane = await ControlPlane.StartAsync(new ControlPlaneOptions { ControllerManager = false, UseKubeconfigFromEnvironment = false });
        using var cluster = new KubernetesClient(Kubeconfig.Load(plane.KubeconfigPath));
        await using var stable = RawServer.Answering(RawServer.Ok("s"), s_address);
        await using var candidate = RawServer.Answering(RawServer.Ok("c"), s_address);
        await using var second = RawServer.Answering(RawServer.Ok("2"), s_address);
        int port = RunningRouter.FreePortPair();
        // One that is there before the router, the rest comes while it runs.
        await SetSliceAsync(cluster, "stable", stable.Port);
        await SetMapAsync(cluster, "m", port, "v1", 100);
        using var watching = new KubernetesClient(Kubeconfig.Load(plane.KubeconfigPath));
        var source = new KubernetesSource(watching, "default", TimeProvider.System, NullLogger<KubernetesSource>.Instance);
        var options = new RouterOptions { Address = IPAddress.Loopback, AdminPort = 0 };
        await using var router = new RouterHost(options, source, NullLoggerFactory.Instance, TimeProvider.System);
        await router.StartAsync(s_never);
        await Wait.ForAsync(() => router.IsReady, "ready");
        // Ready means that all that was there is in force.
        Assert.Equal("v1", router.State.Versions["m"]);
        await using var client = await RawConnection.OpenAsync(port);
        Assert.Equal("s", await AskAsync(client));

        await SetSliceAsync(cluster, "candidate", candidate.Port);
        await SetMapAsync(cluster, "m", port, "v2", 0);
        await VersionAsync(router, "m", "v2");
        Assert.Equal("c", await AskAsync(client));

        await SetSliceAsync(cluster, "candidate", second.Port);
        await Wait.ForAsync(async () => await AskAsync(client) == "2", "the new endpoint gets requests");

        int otherPort = RunningRouter.FreePortPair();
        await SetMapAsync(cluster, "other", otherPort, "v1", 100);
        await VersionAsync(router, "other", "v1");
        await using (var other = await RawConnection.OpenAsync(otherPort)) Assert.Equal("s", await AskAsync(other));

        await plane.StopApiServerAsync();
        for (int i = 0; i < 100; i++) Assert.Equal("2", await AskAsync(client));
        Assert.True(router.IsReady);
        await plane.StartApiServerAsync();

        await cluster.DeleteAsync(Resources.ConfigMaps, "default", "other", null, s_never);
        await SetMapAsync(cluster, "m", port, "v3", 100);
        await VersionAsync(router, "m", "v3");
        Assert.Equal("s", await AskAsync(client));
        await Wait.ForAsync(() => !router.State.Versions.ContainsKey("other"), "the deleted model is gone");
        await Assert.ThrowsAsync<SocketException>(() => RawConnection.OpenAsync(otherPort));
    }

    private static async Task<string> AskAsync(RawConnection client)
    {
        await client.SendAsync(Get);
        string answer = await client.ReadMessageAsync();
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        return answer[^1..];
    }

    private static Task VersionAsync(RouterHost router, string model, string version) =>
        Wait.ForAsync(() => router.State.Versions.GetValueOrDefault(model) == version, $"{model} is served by {version}");

    private static Task SetMapAsync(KubernetesClient cluster, string model, int port, string version, int stable) => cluster.ApplyAsync(
        Resources.ConfigMaps,
        new ConfigMap
        {
            ApiVersion = "v1",
            Kind = "ConfigMap",
            Metadata = new ObjectMeta { Name = model, Namespace = "default", Labels = new Dictionary<string, string> { [Labels.RouterConfig] = "true" } },
            Data = new Dictionary<string, string>
            {
                [RouterConfiguration.Key] = JsonSerializer.Serialize(
                    new RouterConfiguration
                    {
                        Version = version,
                        Namespace = "default",
                        Model = model,
                        Port = port,
                        Backends = [RunningRouter.Backend("stable", stable), RunningRouter.Backend("candidate", 100 - stable)],
                    },
                    ContractJson.Default.RouterConfiguration),
            },
        },
        s_never);

    private static async Task SetSliceAsync(KubernetesClient cluster, string service, int port)
    {
        var type = await cluster.ResolveAsync([Resources.EndpointSlices, Resources.EndpointSlicesV1Beta1], s_never);
        await cluster.ApplyAsync(
            type!,
            new EndpointSlice
            {
                ApiVersion = type!.ApiVersion,
                Kind = type.Kind,
                Metadata = new ObjectMeta { Name = service, Namespace = "default", Labels = new Dictionary<string, string> { [Labels.ServiceName] = service } },
                AddressType = "IPv4",
                Endpoints = [new Canario.Kubernetes.Models.Endpoint { Addresses = [s_address.ToString()] }],
                Ports = [new EndpointPort { Name = Ports.HttpName, Port = port, Protocol = "TCP" }],
            },
            s_never);
    }
}
