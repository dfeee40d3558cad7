using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Canario.Contract;
using Canario.Kubernetes;

namespace Canario.Operator.Contracts;

/// <summary>
/// Contracts of revisions, from a pod of each. A revision's never changes, so it is read once a rollout. Read beside the reconcile loop: a pod that hangs keeps no
/// worker waiting.
/// </summary>
/// <param name="ready">Told of a model of which something is known now.</param>
sealed class ContractReader(HttpClient http, Action<ObjectKey> ready, TimeProvider time, CancellationToken stop)
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(2);

    /// <summary>Some thousands of features with their categories.</summary>
    private const int MaxResponseBytes = 4 << 20;

    /// <summary>By model and revision; null while a pod is asked.</summary>
    private readonly ConcurrentDictionary<ObjectKey, ConcurrentDictionary<string, KnownContract?>> _known = new();

    /// <param name="pod">Address of a ready pod of the revision.</param>
    /// <returns>Null: not known yet; <paramref name="pod"/> is being asked.</returns>
    public KnownContract? Find(ObjectKey model, string revision, Uri pod)
    {
        var known = _known.GetOrAdd(model, static _ => new(StringComparer.Ordinal));
        if (known.TryAdd(revision, null))
            _ = Task.Run(() => ReadAsync(model, revision, known, pod), CancellationToken.None);
        return known.GetValueOrDefault(revision);
    }

    public void Forget(ObjectKey model) => _known.TryRemove(model, out _);

    private async Task ReadAsync(ObjectKey model, string revision, ConcurrentDictionary<string, KnownContract?> known, Uri pod)
    {
        if (await ReadAsync(pod) is { } contract)
        {
            known[revision] = contract;
            ready(model);
        }
        else
        {
            // The next look at the rollout asks again.
            known.TryRemove(revision, out _);
        }
    }

    private async Task<KnownContract?> ReadAsync(Uri pod)
    {
        using var timeout = new CancellationTokenSource(s_timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
        try
        {
            using var response = await http.GetAsync(new Uri(pod, HttpPaths.Contract), HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (response.StatusCode == HttpStatusCode.NotFound)
                return new KnownContract(null);
            if (!response.IsSuccessStatusCode)
                return null;
            await response.Content.LoadIntoBufferAsync(MaxResponseBytes, either.Token);
            await using var body = await response.Content.ReadAsStreamAsync(either.Token);
            return await JsonSerializer.DeserializeAsync(body, ContractJson.Default.ModelContract, either.Token) is { } contract && IsWhole(contract) ? new KnownContract(contract) : null;
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>JSON may say null where the types know none.</summary>
    private static bool IsWhole(ModelContract contract) =>
        AreWhole(contract.Inputs) && AreWhole(contract.Outputs)
        && contract.Features?.All(f => f is { Name: not null, Type: not null, Categories: not null } && !f.Categories.Contains(null!)) == true
        && contract.Predictions?.All(p => p is { Name: not null, Kind: not null, Classes: not null } && !p.Classes.Contains(null!)) == true;

    private static bool AreWhole(IReadOnlyList<TensorContract>? tensors) => tensors?.All(t => t is { Name: not null, Datatype: not null, Shape: not null }) == true;
}
