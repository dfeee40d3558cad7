using System.Collections.Concurrent;
using System.Text.Json;
using Canario.Contract;
using Canario.Kubernetes;

namespace Canario.Operator.Traffic;

/// <summary>Asks routers which configuration they serve. A weight is in force only when every ready router says so.</summary>
sealed class RouterAcknowledgements(HttpClient http, TimeProvider time)
{
    /// <summary>A router that does not answer in this time has not acknowledged; it is asked again soon.</summary>
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(1);

    /// <summary>5,000 ModelDeployments a namespace at less than 100 bytes each.</summary>
    private const int MaxResponseBytes = 1 << 20;

    private readonly ConcurrentDictionary<ObjectKey, Acknowledged> _acknowledged = new();

    /// <summary>All of the routers serve this version of the model's configuration. False without any router: then nobody splits anything.</summary>
    public async Task<bool> ServeAsync(ObjectKey model, string version, IReadOnlyList<RouterEndpoint> routers, CancellationToken cancellationToken)
    {
        if (routers.Count == 0)
            return false;
        // Routers never go back to an older version, so what a pod has acknowledged once need not be asked again.
        var known = _acknowledged.TryGetValue(model, out var last) && last.Version == version ? last.Routers : [];
        var unknown = routers.Where(r => !known.Contains(r.Uid)).ToList();
        var answers = await Task.WhenAll(unknown.Select(r => ReadAsync(r.Admin, cancellationToken)));
        var serving = new HashSet<string>(routers.Where(r => known.Contains(r.Uid)).Select(r => r.Uid), StringComparer.Ordinal);
        for (var i = 0; i < unknown.Count; i++)
        {
            if (answers[i]?.Versions.GetValueOrDefault(model.Name) == version)
                serving.Add(unknown[i].Uid);
        }

        _acknowledged[model] = new Acknowledged(version, serving);
        return serving.Count == routers.Count;
    }

    public void Forget(ObjectKey model) => _acknowledged.TryRemove(model, out _);

    /// <summary>Null: no answer in time, or no sensible one.</summary>
    private async Task<RouterAcknowledgement?> ReadAsync(Uri admin, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(s_timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var response = await http.GetAsync(new Uri(admin, HttpPaths.RouterConfig), HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (!response.IsSuccessStatusCode)
                return null;
            await response.Content.LoadIntoBufferAsync(MaxResponseBytes, either.Token);
            await using var body = await response.Content.ReadAsStreamAsync(either.Token);
            var answer = await JsonSerializer.DeserializeAsync(body, ContractJson.Default.RouterAcknowledgement, either.Token);
            return answer?.Versions is null ? null : answer;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException)
        {
            return null;
        }
    }

    private sealed record Acknowledged(string Version, HashSet<string> Routers);
}
