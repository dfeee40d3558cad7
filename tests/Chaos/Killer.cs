using System.Text.Json;
using Canario.Contract;
using Canario.Demo;
using Canario.LocalCluster;

namespace Canario.Chaos;

/// <summary>Kills one victim at a time, when its like can stand in for it: two pods of two lost at once are an outage, not chaos.</summary>
internal sealed class Killer(Kubectl kubectl, PrometheusServer prometheus, string ns, Random random, Progress progress)
{
    /// <summary>
    /// Kubernetes' controllers, kubelet and kube-proxy wait for longer with each connection that fails, up to a minute, and forget it only after two without a failure. An API server that goes more often
    /// leaves the cluster without them: nobody learns that a pod has gone, and no rollout can do anything about that.
    /// </summary>
    private static readonly TimeSpan s_betweenApiServers = TimeSpan.FromMinutes(3);

    private const string OperatorNamespace = "canario-system";

    private TimeSpan _apiServerFrom;

    /// <returns>What was done; null: nothing of the kind could be spared.</returns>
    public async Task<string?> KillAsync(Victim victim, RolloutView view, CancellationToken cancellationToken) => victim switch
    {
        Victim.Operator => await KillPodAsync(OperatorNamespace, "app.kubernetes.io/name=canario", IsReady, 1, graceful: false, cancellationToken),
        Victim.Router => await KillPodAsync(ns, $"{Labels.Component}={Labels.ComponentRouter}", await AreServedByAsync(Manifests.Name, cancellationToken), 2, graceful: true, cancellationToken),
        Victim.Stable when view.Stable != RolloutView.None =>
            await KillPodAsync(ns, $"{Labels.Revision}={view.Stable}", await AreServedByAsync(view.Stable, cancellationToken), 2, graceful: true, cancellationToken),
        Victim.Candidate when view.Candidate != RolloutView.None =>
            await KillPodAsync(ns, $"{Labels.Revision}={view.Candidate}", IsReady, 1, graceful: random.Next(2) == 0, cancellationToken),
        Victim.Stable or Victim.Candidate => null,
        Victim.ApiServer => await KillApiServerAsync(cancellationToken),
        _ => await KillPrometheusAsync(cancellationToken),
    };

    /// <summary>
    /// Ready, and known as such to those who send requests. For some time after the API server was away Kubernetes' own controllers are, too: a pod may be ready by then that no endpoint names, and could stand in for nobody.
    /// </summary>
    private async Task<Func<JsonElement, bool>> AreServedByAsync(string service, CancellationToken cancellationToken)
    {
        using var slices = JsonDocument.Parse(await kubectl.RunAsync(cancellationToken, "get", "endpointslices", "--namespace", ns, "--selector", $"kubernetes.io/service-name={service}", "--output", "json"));
        HashSet<string> served =
        [
            .. slices.RootElement.GetProperty("items").EnumerateArray()
                .SelectMany(slice => slice.TryGetProperty("endpoints", out var endpoints) && endpoints.ValueKind == JsonValueKind.Array ? endpoints.EnumerateArray().ToArray() : [])
                .Where(endpoint => endpoint.TryGetProperty("conditions", out var conditions) && conditions.TryGetProperty("ready", out var ready) && ready.GetBoolean())
                .Select(endpoint => endpoint.TryGetProperty("targetRef", out var target) ? target.GetProperty("name").GetString()! : ""),
        ];
        return pod => IsReady(pod) && served.Contains(NameOf(pod));
    }

    private async Task<string?> KillPodAsync(string of, string selector, Func<JsonElement, bool> canStandIn, int least, bool graceful, CancellationToken cancellationToken)
    {
        using var pods = JsonDocument.Parse(await kubectl.RunAsync(cancellationToken, "get", "pods", "--namespace", of, "--selector", selector, "--output", "json"));
        List<string> ready = [.. pods.RootElement.GetProperty("items").EnumerateArray().Where(canStandIn).Select(NameOf)];
        if (ready.Count < least)
            return null;
        var name = ready[random.Next(ready.Count)];
        string[] manner = graceful ? ["--wait=false"] : ["--wait=false", "--force", "--grace-period=0"];
        await kubectl.RunAsync(cancellationToken, ["delete", "pod", name, "--namespace", of, .. manner]);
        return graceful ? $"pod {name}" : $"pod {name}, without grace";
    }

    private async Task<string?> KillApiServerAsync(CancellationToken cancellationToken)
    {
        if (Stage.ForeignKubeconfig is not null || progress.Elapsed < _apiServerFrom)
            return null;
        var away = TimeSpan.FromSeconds(1 + random.Next(4));
        // Before: one that does not come back at once has gone all the same.
        _apiServerFrom = progress.Elapsed + s_betweenApiServers;
        await LocalNode.RestartApiServerAsync(away, cancellationToken);
        return $"the API server, for {away.TotalSeconds} s and its start";
    }

    private async Task<string?> KillPrometheusAsync(CancellationToken cancellationToken)
    {
        var away = TimeSpan.FromSeconds(3 + random.Next(8));
        await prometheus.KillAsync();
        try
        {
            await Task.Delay(away, cancellationToken);
        }
        finally
        {
            await prometheus.ContinueAsync(CancellationToken.None);
        }

        return $"Prometheus, for {away.TotalSeconds} s";
    }

    private static string NameOf(JsonElement pod) => pod.GetProperty("metadata").GetProperty("name").GetString()!;

    private static bool IsReady(JsonElement pod) =>
        !pod.GetProperty("metadata").TryGetProperty("deletionTimestamp", out _)
        && pod.GetProperty("status").TryGetProperty("conditions", out var conditions)
        && conditions.EnumerateArray().Any(c => c.GetProperty("type").GetString() == "Ready" && c.GetProperty("status").GetString() == "True");
}
