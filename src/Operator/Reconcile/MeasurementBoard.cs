using System.Collections.Concurrent;
using Canario.Kubernetes;
using Canario.Operator.Metrics;
using Canario.Rollouts;

namespace Canario.Operator.Reconcile;

/// <summary>Measures beside the reconcile loop: a provider that does not answer must not keep a worker, and with it other models' rollbacks, waiting.</summary>
sealed class MeasurementBoard(Func<ObjectKey, MetricTarget, MeasureRequest, DateTimeOffset, CancellationToken, Task<Measurement>> measure, Action<ObjectKey> ready, TimeProvider time, CancellationToken stop)
{
    /// <summary>Gates measured at once from one address: an answer may have megabytes, and a hundred rollouts begin together.</summary>
    private const int AtOnce = 8;

    private readonly ConcurrentDictionary<ObjectKey, Entry> _entries = new();
    private readonly ConcurrentDictionary<Uri, SemaphoreSlim> _turns = new();

    /// <summary>The answers to these requests, once each; null: not there yet. Begins to measure when the last time is an interval ago, or was before the moment that decides.</summary>
    /// <param name="decisive">From when on the answers decide; null: any time is like any other.</param>
    public IReadOnlyDictionary<string, Measurement>? Take(
        ObjectKey model, Func<CancellationToken, Task<MetricTarget>> target, IReadOnlyList<MeasureRequest> requests, TimeSpan interval, DateTimeOffset? decisive = null)
    {
        var entry = _entries.GetOrAdd(model, static _ => new Entry());
        lock (entry)
        {
            if (requests.Count == 0)
            {
                entry.Answers = null;
                return null;
            }

            var answers = entry.Answers is { } there && entry.From == requests[0].CandidateFrom && entry.Candidate == requests[0].Candidate ? there : null;
            entry.Answers = null;
            var due = entry.Begun is not { } begun || time.GetElapsedTime(begun) is var ago && (ago >= interval * 0.9 || (time.GetUtcNow() - decisive is { Ticks: >= 0 } since && ago > since)) || entry.From != requests[0].CandidateFrom || entry.Candidate != requests[0].Candidate;
            if (answers is null && due && !entry.Running)
            {
                entry.Running = true;
                entry.Begun = time.GetTimestamp();
                entry.From = requests[0].CandidateFrom;
                entry.Candidate = requests[0].Candidate;
                _ = Task.Run(() => MeasureAsync(model, entry, target, requests), CancellationToken.None);
            }

            return answers;
        }
    }

    public void Forget(ObjectKey model) => _entries.TryRemove(model, out _);

    private async Task MeasureAsync(ObjectKey model, Entry entry, Func<CancellationToken, Task<MetricTarget>> target, IReadOnlyList<MeasureRequest> requests)
    {
        Dictionary<string, Measurement>? answers = null;
        try
        {
            var where = await target(stop);
            var now = time.GetUtcNow();
            var measured = await Task.WhenAll(requests.Select(r => MeasureInTurnAsync(model, where, r, now)));
            answers = requests.Zip(measured).ToDictionary(p => p.First.Gate.Name, p => p.Second, StringComparer.Ordinal);
        }
        catch (OperationCanceledException)
        {
        }
        catch (Exception e)
        {
            answers = requests.ToDictionary(r => r.Gate.Name, Measurement (_) => new ProviderError(e.Message), StringComparer.Ordinal);
        }
        finally
        {
            lock (entry)
            {
                entry.Answers = answers;
                entry.Running = false;
            }

            if (answers is not null)
                ready(model);
        }
    }

    private async Task<Measurement> MeasureInTurnAsync(ObjectKey model, MetricTarget target, MeasureRequest request, DateTimeOffset now)
    {
        if (target.Address is null)
            return await measure(model, target, request, now, stop);
        // By address, so that a provider that hangs keeps only its own users waiting.
        var turns = _turns.GetOrAdd(target.Address, static _ => new SemaphoreSlim(AtOnce));
        await turns.WaitAsync(stop);
        try
        {
            return await measure(model, target, request, now, stop);
        }
        finally
        {
            turns.Release();
        }
    }

    private sealed class Entry
    {
        public IReadOnlyDictionary<string, Measurement>? Answers { get; set; }
        public DateTimeOffset From { get; set; }
        public string Candidate { get; set; } = "";
        public long? Begun { get; set; }
        public bool Running { get; set; }
    }
}
