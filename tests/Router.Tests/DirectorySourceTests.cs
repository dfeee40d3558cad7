using System.Text.Json;
using Canario.Contract;
using Canario.Router.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Canario.Router.Tests;

public sealed class DirectorySourceTests
{
    [Fact]
    public async Task Files_that_come_change_and_go_are_followed_and_bad_ones_change_nothing()
    {
        await using var server = RawServer.Answering(RawServer.Ok("ok"));
        using var folder = new TemporaryFolder();
        int port = RunningRouter.FreePortPair();
        folder.Write("endpoints.json", $$$"""{"services":{"stable":[{"address":"127.0.0.1","httpPort":{{{server.Port}}}}]}}""");
        var options = new RouterOptions { Address = System.Net.IPAddress.Loopback, AdminPort = 0 };
        await using var router = new RouterHost(
            options, new DirectorySource(folder.Path, TimeProvider.System, NullLogger.Instance), NullLoggerFactory.Instance, TimeProvider.System);
        await router.StartAsync(CancellationToken.None);
        await Wait.ForAsync(() => router.IsReady, "ready");
        folder.Write("m.json", Json(port, "1"));
        await Wait.ForAsync(() => router.State.Versions.GetValueOrDefault("m") == "1", "served");
        folder.Write("m.json", "{");
        folder.Write("endpoints.json", """{"services":{"stable":[{"address":"nowhere","httpPort":1}]}}""");
        folder.Write("n.json", Json(RunningRouter.FreePortPair(), "1").Replace("\"m\"", "\"n\"", StringComparison.Ordinal));
        // The files are read in one go, so the others were read too.
        await Wait.ForAsync(() => router.State.Versions.ContainsKey("n"), "the other is served");
        await using (var client = await RawConnection.OpenAsync(port))
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            Assert.EndsWith("ok", await client.ReadMessageAsync(), StringComparison.Ordinal);
        }
        folder.Write("m.json", Json(port, "2"));
        await Wait.ForAsync(() => router.State.Versions.GetValueOrDefault("m") == "2", "changed");
        File.Delete(Path.Combine(folder.Path, "m.json"));
        await Wait.ForAsync(() => !router.State.Versions.ContainsKey("m"), "gone");
    }

    private static string Json(int port, string version) => JsonSerializer.Serialize(
        new RouterConfiguration { Version = version, Namespace = "ns", Model = "m", Port = port, Backends = [RunningRouter.Backend("stable", 100)] },
        ContractJson.Default.RouterConfiguration);
}
