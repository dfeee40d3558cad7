using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Canario.Router.Configuration;

/// <summary>
/// Reads a directory: every *.json is the configuration of a model, <see cref="EndpointsFile"/> the endpoints of all services.
/// For benchmarks and development. Polled, because change notifications do not arrive from every file system.
/// </summary>
internal sealed class DirectorySource(string directory, TimeProvider time, ILogger logger) : IRouterSource
{
    public const string EndpointsFile = "endpoints.json";
    private const int MaxFiles = 5_000;
    private const int MaxFileBytes = 8 * 1024 * 1024;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private readonly Dictionary<string, string> _seen = new(StringComparer.Ordinal);
    private readonly HashSet<string> _services = new(StringComparer.Ordinal);

    public async Task RunAsync(IRouterSink sink, CancellationToken cancellationToken)
    {
        bool synced = false;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await ReadAsync(sink);
                if (!synced) sink.SetSynced();
                synced = true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Log.SourceFailed(logger, directory, e.Message);
            }
            await Task.Delay(Interval, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReadAsync(IRouterSink sink)
    {
        var files = Directory.EnumerateFiles(directory, "*.json").Take(MaxFiles).ToDictionary(f => Path.GetFileName(f), StringComparer.Ordinal);
        // Endpoints first: a configuration whose endpoints are not known yet would refuse requests for a moment.
        if (files.TryGetValue(EndpointsFile, out string? endpoints)) ReadEndpoints(endpoints, sink);
        foreach (var (name, path) in files)
        {
            if (name == EndpointsFile) continue;
            if (new FileInfo(path).Length > MaxFileBytes) continue;
            string text = await File.ReadAllTextAsync(path);
            if (_seen.TryGetValue(name, out string? before) && before == text) continue;
            await sink.SetConfigurationAsync(name, text);
            _seen[name] = text;
        }
        foreach (string gone in _seen.Keys.Where(name => name != EndpointsFile && !files.ContainsKey(name)).ToArray())
        {
            await sink.RemoveConfigurationAsync(gone);
            _seen.Remove(gone);
        }
    }

    private void ReadEndpoints(string path, IRouterSink sink)
    {
        if (new FileInfo(path).Length > MaxFileBytes) return;
        string text = File.ReadAllText(path);
        if (_seen.TryGetValue(EndpointsFile, out string? before) && before == text) return;
        try
        {
            var file = JsonSerializer.Deserialize(text, StaticEndpointsJson.Default.StaticEndpoints);
            var services = file?.Services ?? new Dictionary<string, IReadOnlyList<StaticEndpoint>>();
            var parsed = services.ToDictionary(
                s => s.Key,
                s => s.Value.Select(e => new EndpointAddress(IPAddress.Parse(e.Address), e.HttpPort, e.GrpcPort)).ToArray());
            foreach (string gone in _services.Where(s => !parsed.ContainsKey(s)).ToArray())
            {
                sink.SetEndpoints(gone, []);
                _services.Remove(gone);
            }
            foreach (var (service, addresses) in parsed)
            {
                sink.SetEndpoints(service, addresses);
                _services.Add(service);
            }
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException)
        {
            Log.SourceFailed(logger, path, e.Message);
        }
        _seen[EndpointsFile] = text;
    }
}
