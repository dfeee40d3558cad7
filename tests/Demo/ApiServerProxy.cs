using System.Globalization;
using Canario.LocalCluster.Processes;

namespace Canario.Demo;

/// <summary>
/// <c>kubectl proxy</c> on loopback: a cluster elsewhere, or in containers as kind's, has pods that this machine has no route to, but its API server has one.
/// It hands on requests to pods and nothing else.
/// </summary>
internal sealed class ApiServerProxy : IAsyncDisposable
{
    private const string Announcement = "Starting to serve on ";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly ChildProcess process;

    private ApiServerProxy(ChildProcess process, string authority)
    {
        this.process = process;
        Authority = authority;
    }

    /// <summary><c>host:port</c>.</summary>
    public string Authority { get; }

    /// <param name="directory">For its log.</param>
    public static async Task<ApiServerProxy> StartAsync(Kubectl kubectl, string directory, CancellationToken cancellationToken)
    {
        var process = await ChildProcess.StartAsync("kubectl proxy", Path.Combine(directory, "proxy.log"), ChildLifetime.WithParent, kubectl.Path,
        [
            "--kubeconfig", kubectl.Kubeconfig, "proxy", "--address=127.0.0.1", "--port=0", "--accept-paths=^/api/v1/namespaces/[^/]+/pods/[^/]+/proxy/",
        ]);
        try
        {
            return new ApiServerProxy(process, await ReadAuthorityAsync(process, cancellationToken));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();

    private static async Task<string> ReadAuthorityAsync(ChildProcess process, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(StartLimit);
        string? line;
        while ((line = await FindAnnouncementAsync(process.LogPath, cancellationToken)) is null)
        {
            if (process.HasExited || limit.IsCancellationRequested)
            {
                throw process.Failure(process.HasExited ? "ended while it was starting" : string.Create(CultureInfo.InvariantCulture, $"was not ready within {StartLimit.TotalSeconds:0} s"));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        }

        return line[Announcement.Length..].Trim();
    }

    // Whole lines only: the last one may be half written.
    private static async Task<string?> FindAnnouncementAsync(string log, CancellationToken cancellationToken) => File.Exists(log)
        ? (await File.ReadAllTextAsync(log, cancellationToken)).Split('\n').SkipLast(1).FirstOrDefault(line => line.StartsWith(Announcement, StringComparison.Ordinal))
        : null;
}
