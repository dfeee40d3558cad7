using System.Collections.Concurrent;
using Canario.Contract;
using Canario.Kubernetes;

namespace Canario.Operator.Traffic.Routers;

/// <summary>Which routers serve which version of a model's configuration. A weight is in force only when every ready router says so.</summary>
sealed class RouterAcknowledgements(HttpClient http, TimeProvider time)
{
    private static readonly TimeSpan s_soonest = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_latest = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<ObjectKey, Acknowledged> _acknowledged = new();
    private readonly RouterQuestions _questions = new(http, time);

    /// <summary>All of the routers serve this version of the model's configuration. False without any router: then nobody splits anything.</summary>
    public async Task<bool> ServeAsync(ObjectKey model, string version, IReadOnlyList<RouterEndpoint> routers, CancellationToken cancellationToken)
    {
        if (routers.Count == 0)
            return false;
        // Routers never go back to an older version, so what a pod has acknowledged once need not be asked again.
        var last = _acknowledged.GetValueOrDefault(model) is { } there && there.Version == version ? there : new Acknowledged(version, [], time.GetTimestamp());
        var known = last.Routers;
        var unknown = routers.Where(r => !known.Contains(r.Uid)).ToList();
        var answers = await Task.WhenAll(unknown.Select(r => _questions.AskAsync(r, cancellationToken)));
        var serving = new HashSet<string>(routers.Where(r => known.Contains(r.Uid)).Select(r => r.Uid), StringComparer.Ordinal);
        for (var i = 0; i < unknown.Count; i++)
        {
            if (answers[i]?.Versions.GetValueOrDefault(model.Name) == version)
                serving.Add(unknown[i].Uid);
        }

        _acknowledged[model] = last with { Routers = serving };
        return serving.Count == routers.Count;
    }

    /// <summary>Routers take a new configuration in milliseconds; one that has not for long is not asked ever so often.</summary>
    public TimeSpan AskAgainIn(ObjectKey model)
    {
        var waited = _acknowledged.TryGetValue(model, out var last) ? time.GetElapsedTime(last.Since) / 4 : TimeSpan.Zero;
        return waited < s_soonest ? s_soonest : waited > s_latest ? s_latest : waited;
    }

    public void Forget(ObjectKey model) => _acknowledged.TryRemove(model, out _);

    /// <param name="Since">When this version was first asked for.</param>
    private sealed record Acknowledged(string Version, HashSet<string> Routers, long Since);
}
