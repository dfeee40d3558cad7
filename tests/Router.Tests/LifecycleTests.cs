using System.Net;
using System.Net.Sockets;
using Canario.Contract;

namespace Canario.Router.Tests;

public sealed class LifecycleTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    [Fact]
    public async Task A_model_comes_and_goes_without_disturbing_another()
    {
        await using var server = RawServer.Answering(RawServer.Ok("ok"));
        await using var router = await RunningRouter.StartAsync(server.Port);
        await using var client = await router.ConnectAsync();
        await client.SendAsync(Get);
        await client.ReadMessageAsync();
        int port = RunningRouter.FreePortPair();
        await router.Source.SetAsync(Other(port));
        await using (var other = await router.ConnectAsync(port))
        {
            await other.SendAsync(Get);
            Assert.Contains("o-stable", await other.ReadMessageAsync(), StringComparison.Ordinal);
        }
        await (await router.Source.Sink).RemoveConfigurationAsync("o");
        await Assert.ThrowsAsync<SocketException>(() => router.ConnectAsync(port));
        Assert.False(router.Host.State.Versions.ContainsKey("o"));
        Assert.DoesNotContain("o-stable", await router.Admin.GetStringAsync("/metrics"), StringComparison.Ordinal);
        await client.SendAsync(Get);
        Assert.StartsWith("HTTP/1.1 200", await client.ReadMessageAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_leaves_answers_every_open_connection_once_more_and_closes_it()
    {
        await using var server = RawServer.Answering(RawServer.Ok("ok"));
        await using var router = await RunningRouter.StartAsync(server.Port);
        await using var client = await router.ConnectAsync();
        await client.SendAsync(Get);
        Assert.DoesNotContain("Connection: close", await client.ReadMessageAsync(), StringComparison.OrdinalIgnoreCase);
        await router.SplitAsync(100, c => c with { Leaving = true });
        await client.SendAsync(Get);
        string last = await client.ReadMessageAsync();
        Assert.StartsWith("HTTP/1.1 200", last, StringComparison.Ordinal);
        Assert.Contains("Connection: close", last, StringComparison.OrdinalIgnoreCase);
        await client.WaitForEndAsync();
    }

    [Fact]
    public async Task A_port_that_is_taken_is_not_acknowledged_until_it_is_free()
    {
        await using var server = RawServer.Answering(RawServer.Ok("ok"));
        await using var router = await RunningRouter.StartAsync(server.Port);
        int port = RunningRouter.FreePortPair();
        using (var taken = new TcpListener(IPAddress.Loopback, port + 1))
        {
            taken.Start();
            await router.Source.SetAsync(Other(port));
            Assert.False(router.Host.State.Versions.ContainsKey("o"));
        }
        await Wait.ForAsync(() => router.Host.State.Versions.ContainsKey("o"), "the model is acknowledged");
        await using var other = await router.ConnectAsync(port);
        await other.SendAsync(Get);
        Assert.StartsWith("HTTP/1.1 200", await other.ReadMessageAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_whose_port_another_still_has_is_served_as_soon_as_that_is_gone()
    {
        await using var server = RawServer.Answering(RawServer.Ok("ok"));
        await using var router = await RunningRouter.StartAsync(server.Port);
        int port = RunningRouter.FreePortPair();
        await router.Source.SetAsync(Other(port));
        var sink = await router.Source.Sink;
        // A deleted model's port is given to the next at once, and the two changes may be seen in either order.
        await router.Source.SetAsync(Other(port) with { Model = "next" });
        Assert.False(router.Host.State.Versions.ContainsKey("next"));
        await sink.RemoveConfigurationAsync("o");
        Assert.Equal("1", router.Host.State.Versions["next"]);
        await using var client = await router.ConnectAsync(port);
        await client.SendAsync(Get);
        Assert.StartsWith("HTTP/1.1 200", await client.ReadMessageAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_lost_its_endpoints_gets_requests_again_when_it_has_some()
    {
        await using var server = RawServer.Answering(RawServer.Ok("ok"));
        await using var router = await RunningRouter.StartAsync(server.Port);
        await using var client = await router.ConnectAsync();
        await router.Source.SetEndpointsAsync("stable");
        // Another change in between, which forgets the services that nobody needs.
        await router.Source.SetAsync(Other(RunningRouter.FreePortPair()) with { Backends = [RunningRouter.Backend("elsewhere", 100)] });
        await client.SendAsync(Get);
        Assert.StartsWith("HTTP/1.1 503", await client.ReadMessageAsync(), StringComparison.Ordinal);
        await router.Source.SetEndpointsAsync("stable", server.Port);
        await client.SendAsync(Get);
        Assert.StartsWith("HTTP/1.1 200", await client.ReadMessageAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_address_is_IPv4_and_IPv6()
    {
        await using var server = RawServer.Answering(RawServer.Ok("ok"));
        await using var router = await RunningRouter.StartAsync(static o => o with { Address = IPAddress.IPv6Any }, server.Port);
        foreach (var address in Socket.OSSupportsIPv6 ? new[] { IPAddress.Loopback, IPAddress.IPv6Loopback } : [IPAddress.Loopback])
        {
            using var tcp = new TcpClient(address.AddressFamily);
            await tcp.ConnectAsync(address, router.Port);
            await using var client = new RawConnection(tcp);
            await client.SendAsync(Get);
            Assert.StartsWith("HTTP/1.1 200", await client.ReadMessageAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_IPv4_any_address_works_too()
    {
        await using var server = RawServer.Answering(RawServer.Ok("ok"));
        await using var router = await RunningRouter.StartAsync(static o => o with { Address = IPAddress.Any }, server.Port);
        await using var client = await router.ConnectAsync();
        await client.SendAsync(Get);
        Assert.StartsWith("HTTP/1.1 200", await client.ReadMessageAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_configuration_changes_nothing_and_is_counted()
    {
        await using var server = RawServer.Answering(RawServer.Ok("ok"));
        await using var router = await RunningRouter.StartAsync(server.Port);
        var sink = await router.Source.Sink;
        await sink.SetConfigurationAsync("m", "{ broken");
        await sink.SetConfigurationAsync("other", "null");
        // Another object may not take over a model that is served.
        await sink.SetConfigurationAsync("thief", System.Text.Json.JsonSerializer.Serialize(Other(router.Port) with { Model = "m" }, ContractJson.Default.RouterConfiguration));
        // Nor its ports.
        await router.Source.SetAsync(Other(router.Port + 1));
        Assert.Equal(["m"], router.Host.State.Versions.Keys);
        Assert.Contains("canario_router_bad_configurations_total 4", await router.Admin.GetStringAsync("/metrics"), StringComparison.Ordinal);
        await using var client = await router.ConnectAsync();
        await client.SendAsync(Get);
        Assert.StartsWith("HTTP/1.1 200", await client.ReadMessageAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_admin_server_tells_the_versions_in_force()
    {
        await using var router = await RunningRouter.StartAsync();
        string version = await router.SplitAsync(100);
        string json = await router.Admin.GetStringAsync(HttpPaths.RouterConfig);
        Assert.Equal(version, System.Text.Json.JsonSerializer.Deserialize(json, ContractJson.Default.RouterAcknowledgement)!.Versions["m"]);
        Assert.Equal("ok\n", await router.Admin.GetStringAsync(HttpPaths.Ready));
        await router.AssertCountAsync(0, "m-stable", 502);
    }

    [Fact]
    public async Task A_drain_is_unready_at_once_serves_on_and_finishes_what_is_under_way()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new RawServer(async (c, _) =>
        {
            while (await c.ReadMessageAsync() is { Length: > 0 } request)
            {
                if (request.StartsWith("GET /slow", StringComparison.Ordinal))
                {
                    arrived.SetResult();
                    await go.Task;
                }
                await c.SendAsync(RawServer.Ok("ok"));
            }
        });
        await using var router = await RunningRouter.StartAsync(server.Port);
        await using var slow = await router.ConnectAsync();
        await slow.SendAsync("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
        await arrived.Task.WaitAsync(RawConnection.Patience);
        await using var steady = await router.ConnectAsync();
        await steady.SendAsync(Get);
        await steady.ReadMessageAsync();
        var draining = router.Host.DrainAsync();
        using (var ready = await router.Admin.GetAsync(new Uri(HttpPaths.Ready, UriKind.Relative))) Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        // Served without a failure until the router itself asks to leave.
        string answer;
        do
        {
            await steady.SendAsync(Get);
            answer = await steady.ReadMessageAsync();
            Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        }
        while (!answer.Contains("Connection: close", StringComparison.OrdinalIgnoreCase));
        go.SetResult();
        Assert.StartsWith("HTTP/1.1 200", await slow.ReadMessageAsync(), StringComparison.Ordinal);
        await draining.WaitAsync(RawConnection.Patience);
        await Assert.ThrowsAsync<SocketException>(() => router.ConnectAsync());
    }

    [Fact]
    public async Task A_connection_that_is_idle_in_a_drain_has_one_more_request_answered()
    {
        await using var server = RawServer.Answering(RawServer.Ok("ok"));
        await using var router = await RunningRouter.StartAsync(o => o with { Drain = TimeSpan.Zero, Closing = TimeSpan.FromHours(1) }, server.Port);
        await using var idle = await router.ConnectAsync();
        await idle.SendAsync(Get);
        await idle.ReadMessageAsync();
        var draining = router.Host.DrainAsync();
        await Task.Delay(TimeSpan.FromSeconds(3));
        Assert.False(draining.IsCompleted);
        await idle.SendAsync(Get);
        string answer = await idle.ReadMessageAsync();
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close", answer, StringComparison.OrdinalIgnoreCase);
        // Nobody is left, so nobody is waited for.
        await draining.WaitAsync(RawConnection.Patience);
    }

    private static RouterConfiguration Other(int port) => new()
    {
        Version = "1",
        Namespace = "ns",
        Model = "o",
        Port = port,
        Backends = [new RouterBackend { Revision = "o-stable", Service = "stable", Weight = 100 }],
    };
}
