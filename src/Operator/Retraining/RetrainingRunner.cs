using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text.Json;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Operator.Reconcile;
using Canario.Rollouts;

namespace Canario.Operator.Retraining;

/// <summary>Begins runs beside the reconcile loop: a receiver that does not answer must keep no worker waiting.</summary>
sealed class RetrainingRunner(KubernetesClient client, HttpClient http, Action<ObjectKey> ready, CancellationToken stop)
{
    private readonly ConcurrentDictionary<ObjectKey, Entry> _entries = new();
    private volatile ResourceType<CronJob>? _cronJobs;

    /// <summary>What came of the last try of this run; null: none was made, or it goes on.</summary>
    public RetrainingAttempt? Find(ObjectKey model, RetrainingRun run) =>
        _entries.TryGetValue(model, out var entry) && entry.Id == run.Id && entry.Number == run.Attempts ? entry.Attempt : null;

    /// <summary>Tries once a number of failures, however often it is asked to.</summary>
    /// <param name="deployment">With the status that says so.</param>
    public void Begin(ModelDeployment deployment, RetrainingRun run)
    {
        var key = ObjectKey.Of(deployment);
        if (_entries.TryGetValue(key, out var known) && known.Id == run.Id && known.Number == run.Attempts)
            return;
        var entry = _entries[key] = new Entry(run.Id, run.Attempts);
        _ = Task.Run(() => TryAsync(key, entry, deployment, run), CancellationToken.None);
    }

    public void Forget(ObjectKey model) => _entries.TryRemove(model, out _);

    private async Task TryAsync(ObjectKey key, Entry entry, ModelDeployment deployment, RetrainingRun run)
    {
        try
        {
            var (error, final) = deployment.Spec.Retraining switch
            {
                { CloudEvent: { } settings } => await SendAsync(deployment, run, settings),
                { CronJob: { } name } => await MakeAsync(deployment, run, name),
                _ => ("spec.retraining says nothing", true),
            };
            entry.Attempt = new RetrainingAttempt(run.Id, run.Attempts, error, final);
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            entry.Attempt = new RetrainingAttempt(run.Id, run.Attempts, e.Message);
        }

        ready(key);
    }

    private async Task<(string? Error, bool Final)> MakeAsync(ModelDeployment deployment, RetrainingRun run, string name)
    {
        var ns = deployment.Metadata.Namespace!;
        _cronJobs ??= await client.ResolveAsync([Resources.CronJobs, Resources.CronJobsV1Beta1], stop);
        if (_cronJobs is null)
            return ("the cluster serves no CronJobs", true);
        if (await client.FindAsync(_cronJobs, ns, name, stop) is not { } cronJob)
            return ($"there is no CronJob {name} in namespace {ns}", false);
        if (RetrainingJobs.Build(deployment, run, cronJob) is not { } job)
            return ($"CronJob {name} has no template with containers", true);
        try
        {
            await client.CreateAsync(Resources.Jobs, job, stop);
            return (null, false);
        }
        catch (KubernetesException e) when (e.Error == KubernetesError.AlreadyExists)
        {
            // By an earlier life of this operator.
            var found = await client.FindAsync(Resources.Jobs, ns, job.Metadata.Name!, stop);
            return found is null || WorldApplier.IsOwned(deployment, found) ? (null, false) : ($"Job {job.Metadata.Name} exists already and does not belong to this ModelDeployment", true);
        }
        catch (KubernetesException e) when (e.Error == KubernetesError.Invalid)
        {
            return ($"the API server refuses the Job: {e.Message}", true);
        }
    }

    private async Task<(string? Error, bool Final)> SendAsync(ModelDeployment deployment, RetrainingRun run, CloudEventSettings settings)
    {
        var ns = deployment.Metadata.Namespace!;
        using var request = new HttpRequestMessage(HttpMethod.Post, settings.Url);
        if (settings.AuthSecretRef is { } reference)
        {
            if (await SecretText.ReadAsync(client, ns, reference, stop) is not { } authorization)
                return ($"Secret {reference.Name} of namespace {ns} has no usable key {reference.Key} (spec.retraining.cloudEvent.authSecretRef)", false);
            if (!request.Headers.TryAddWithoutValidation("Authorization", authorization))
                return ("the authorization header from the Secret is not a valid header value", true);
        }

        var report = RetrainingReport.Build(ns, deployment.Metadata.Name!, run);
        request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(CloudEvent.Build(report), ApiJson.Default.CloudEvent));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(CloudEvent.MediaType, "utf-8");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Durations.Required(settings.Timeout));
        try
        {
            // What the receiver has to say beyond its status is of no use here, and of any length.
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            var status = (int)response.StatusCode;
            return status is >= 200 and < 300 ? (null, false) : ($"{settings.Url} answers {status}", status is not (408 or 425 or 429 or >= 500));
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return ($"{settings.Url} does not answer within {settings.Timeout}", false);
        }
        catch (HttpRequestException e)
        {
            return ($"{settings.Url}: {e.Message}", false);
        }
    }

    private sealed class Entry(string id, int number)
    {
        private volatile RetrainingAttempt? _attempt;

        public string Id => id;
        public int Number => number;
        public RetrainingAttempt? Attempt { get => _attempt; set => _attempt = value; }
    }
}
