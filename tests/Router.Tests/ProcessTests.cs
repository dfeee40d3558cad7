using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Canario.Contract;

namespace Canario.Router.Tests;

/// <summary>The router as the process that it is.</summary>
public sealed class ProcessTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    [Fact]
    public async Task SIGTERM_under_load_fails_no_request_and_ends_with_0()
    {
        await using var server = RawServer.Answering(RawServer.Ok("ok"));
        using var folder = new TemporaryFolder();
        int port = RunningRouter.FreePortPair(), admin = RunningRouter.FreePortPair();
        folder.Write("endpoints.json", $$$"""{"services":{"stable":[{"address":"127.0.0.1","httpPort":{{{server.Port}}}}]}}""");
        folder.Write("m.json", JsonSerializer.Serialize(
            new RouterConfiguration { Version = "1", Namespace = "ns", Model = "m", Port = port, Backends = [RunningRouter.Backend("stable", 100)] },
            ContractJson.Default.RouterConfiguration));
        using var process = Start(
            "--config-directory", folder.Path, "--listen-address", "127.0.0.1", "--admin-port", $"{admin}", "--drain-seconds", "1", "--closing-seconds", "1");
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{admin}") };
        await Wait.ForAsync(async () => await StatusAsync(http) == HttpStatusCode.OK, "ready");
        long answered = 0, after = 0;
        bool terminated = false;
        var load = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            await using var client = await RawConnection.OpenAsync(port);
            while (true)
            {
                await client.SendAsync(Get);
                string answer = await client.ReadMessageAsync();
                Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
                Interlocked.Increment(ref answered);
                if (Volatile.Read(ref terminated)) Interlocked.Increment(ref after);
                // Asked to leave; by now a Service sends new connections elsewhere.
                if (answer.Contains("Connection: close", StringComparison.OrdinalIgnoreCase)) return;
            }
        })).ToArray();
        await Wait.ForAsync(() => Interlocked.Read(ref answered) > 1_000, "load");
        using (var kill = Process.Start("kill", ["-TERM", $"{process.Id}"])) await kill.WaitForExitAsync();
        Volatile.Write(ref terminated, true);
        await Wait.ForAsync(async () => await StatusAsync(http) == HttpStatusCode.ServiceUnavailable, "not ready");
        await Task.WhenAll(load).WaitAsync(RawConnection.Patience);
        Assert.True(after > 0, "it serves while it drains");
        await process.WaitForExitAsync().WaitAsync(RawConnection.Patience);
        Assert.Equal(ExitCodes.Ok, process.ExitCode);
    }

    [Theory]
    [InlineData("--admin-port \"70000\"", "--admin-port", "70000")]
    [InlineData("--listen-address \"everywhere\"", "--listen-address", "everywhere")]
    [InlineData("--drain-seconds \"-1\"", "--drain-seconds", "-1")]
    [InlineData("--nonsense \"1\"", "--nonsense", "1")]
    [InlineData("--max-connections \"0\"", "--max-connections", "0")]
    public async Task Arguments_that_cannot_be_understood_are_named(string expected, params string[] arguments)
    {
        using var process = Start(arguments);
        string error = await process.StandardError.ReadToEndAsync().WaitAsync(RawConnection.Patience);
        await process.WaitForExitAsync();
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.BadConfiguration, process.ExitCode);
    }

    [Fact]
    public async Task An_admin_port_that_is_taken_is_named()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        using var folder = new TemporaryFolder();
        using var process = Start("--config-directory", folder.Path, "--listen-address", "127.0.0.1", "--admin-port", $"{port}");
        string error = await process.StandardError.ReadToEndAsync().WaitAsync(RawConnection.Patience);
        await process.WaitForExitAsync();
        Assert.Contains($"port {port} of 127.0.0.1", error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.BadConfiguration, process.ExitCode);
    }

    private static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Canario.Router")) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        // Its log: a full pipe would stop it.
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    private static async Task<HttpStatusCode?> StatusAsync(HttpClient http)
    {
        try
        {
            using var response = await http.GetAsync(new Uri(HttpPaths.Ready, UriKind.Relative));
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
