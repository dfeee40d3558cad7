using Canario.LocalCluster.Processes;

namespace Canario.LocalCluster.Images;

/// <summary>A real OCI registry on loopback, for as long as this process needs it.</summary>
public sealed class LocalRegistry : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);
    private readonly string directory;
    private readonly ChildProcess process;

    private LocalRegistry(string directory, string address, ChildProcess process)
    {
        this.directory = directory;
        Address = address;
        this.process = process;
    }

    /// <summary>Host and port, as they stand in an image's name. The registry speaks plain HTTP.</summary>
    public string Address { get; }

    public static async Task<LocalRegistry> StartAsync(CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("canario-registry-").FullName;
        var address = $"localhost:{FreePorts.Choose(1)[0]}";
        var configuration = Path.Combine(directory, "config.yml");
        await File.WriteAllTextAsync(configuration, $$"""
            version: 0.1
            log: { level: warn }
            storage: { filesystem: { rootdirectory: {{directory}}/data }, delete: { enabled: true } }
            http: { addr: {{address}}, host: "http://{{address}}" }

            """, cancellationToken);
        var process = await ChildProcess.StartAsync(
            "docker-registry", Path.Combine(directory, "registry.log"), ChildLifetime.WithParent, "docker-registry", ["serve", configuration]);
        var registry = new LocalRegistry(directory, address, process);
        try
        {
            await registry.WaitUntilReadyAsync(TimeProvider.System, cancellationToken);
            return registry;
        }
        catch
        {
            await registry.DisposeAsync();
            throw;
        }
    }

    /// <summary>Pushes an OCI image layout (a folder) under a name such as <c>canario/base:local</c>.</summary>
    public Task PushAsync(string layoutDirectory, string name, CancellationToken cancellationToken) =>
        Command.RunAsync(
            "skopeo",
            ["--insecure-policy", "copy", "--dest-tls-verify=false", $"oci:{layoutDirectory}", $"docker://{Address}/{name}"],
            cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    private async Task WaitUntilReadyAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var started = time.GetTimestamp();
        while (true)
        {
            if (process.HasExited)
                throw process.Failure("ended while it was starting");
            try
            {
                using var response = await client.GetAsync(new Uri($"http://{Address}/v2/"), cancellationToken);
                if (response.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException) when (time.GetElapsedTime(started) < StartTimeout)
            {
                // Not listening yet.
            }

            if (time.GetElapsedTime(started) >= StartTimeout)
                throw process.Failure($"was not ready within {StartTimeout.TotalSeconds:0} s");
            await Task.Delay(Interval, time, cancellationToken);
        }
    }
}
