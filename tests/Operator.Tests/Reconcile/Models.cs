using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;

namespace Canario.Operator.Tests.Reconcile;

/// <summary>A ModelDeployment that rolls out as fast as facts allow, and what is asked of it.</summary>
internal static class Models
{
    public const string Name = "iris";

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(120);

    public static Task<ModelDeployment> CreateAsync(KubernetesClient client, string ns, string name = Name, Func<ModelDeploymentSpec, ModelDeploymentSpec>? change = null) => client.CreateAsync(
        ModelDeployments.Resource,
        new ModelDeployment
        {
            Metadata = new ObjectMeta { Namespace = ns, Name = name },
            Spec = change is null ? Fastest() : change(Fastest()),
        },
        CancellationToken.None);

    /// <summary>One step, held for no time and judged by nothing.</summary>
    public static ModelDeploymentSpec Fastest() => new()
    {
        Replicas = 2,
        Model = new ModelSpec { Uri = "http://models/v1/model.onnx" },
        Strategy = new StrategySettings { Canary = new CanarySettings { Steps = [new CanaryStepSettings { Weight = 50, Hold = new HoldSettings { Duration = "0s" } }] } },
        Bake = new BakeSettings { Duration = "0s" },
    };

    public static Task PatchAsync(KubernetesClient client, string ns, string json, string name = Name) =>
        Insist.OnConflictAsync(() => client.MergePatchAsync(ModelDeployments.Resource, ns, name, System.Text.Encoding.UTF8.GetBytes(json), CancellationToken.None));

    public static Task SetModelAsync(KubernetesClient client, string ns, string version) =>
        PatchAsync(client, ns, $$$$"""{"spec":{"model":{"uri":"http://models/{{{{version}}}}/model.onnx"}}}""");

    public static Task CommandAsync(KubernetesClient client, string ns, string command) =>
        PatchAsync(client, ns, $$$$"""{"metadata":{"annotations":{"{{{{Annotations.Command}}}}":"{{{{command}}}}"}}}""");

    /// <summary>Another revision, whose pods crash where <see cref="PodPlayer.ByImage"/> plays them.</summary>
    public static Task SetBrokenAsync(KubernetesClient client, string ns) => PatchAsync(client, ns, $$$$"""{"spec":{"server":{"image":"{{{{PodPlayer.BrokenImage}}}}"}}}""");

    /// <summary>A rollout whose only step, at 25 %, waits for a gate with so many samples; answers it as the weight comes into force.</summary>
    /// <param name="type">The gate's type and bound.</param>
    public static async Task<ModelDeployment> BeginGatedAsync(KubernetesClient client, string ns, int minSamples, string type = "\"type\":\"ErrorRate\",\"max\":0.05")
    {
        await CreateAsync(client, ns);
        await WaitReadyAsync(client, ns);
        await PatchAsync(client, ns, $$$$$"""
            {"spec":{
              "gates":[{"name":"gate",{{{{{type}}}}},"minSamples":{{{{{minSamples}}}}}}],
              "strategy":{"canary":{"steps":[{"weight":25,"hold":{"duration":"0s"},"gates":["gate"]}]}}}}
            """);
        await SetModelAsync(client, ns, "v2");
        return await WaitAsync(client, ns, "25 % in force", d => d.Status!.Weight == 25 && d.Status.StepStartedAt is not null);
    }

    public static Task<ModelDeployment> GetAsync(KubernetesClient client, string ns, string name = Name) =>
        client.GetAsync(ModelDeployments.Resource, ns, name, CancellationToken.None);

    /// <summary>Waits for a status; answers the object that has it.</summary>
    public static async Task<ModelDeployment> WaitAsync(KubernetesClient client, string ns, string what, Func<ModelDeployment, bool> condition)
    {
        // Followed, not asked for again and again: that was a fifth of what the API server had to do.
        // The first look is an answer or an error; the reflector would try for ever.
        await GetAsync(client, ns);
        using var changed = new SemaphoreSlim(0);
        await using var following = new Following<ModelDeployment>(client, ModelDeployments.Resource, ns, _ => changed.Release(), labels: null, name: Name);
        await following.SyncAsync();
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var seen = following.Now.Get(ns, Name);
            if (seen is not null && condition(seen))
                return seen;
            // Some conditions hold by time, or by what the test itself has seen.
            await changed.WaitAsync(TimeSpan.FromMilliseconds(50));
            if (TimeProvider.System.GetElapsedTime(start) > s_limit)
                Assert.Fail($"did not come true within {s_limit.TotalSeconds} s: {what}; seen: phase {seen?.Status?.Phase}, {seen?.Status?.Reason}: {seen?.Status?.Message} (ready {seen?.Status?.Ready}, in force {seen?.Status?.WeightInForce}) {seen?.Status?.Conditions?.FirstOrDefault(c => c is { Type: ConditionTypes.Stalled, Status: "True" })?.Message}");
        }
    }

    public static Task<ModelDeployment> WaitReadyAsync(KubernetesClient client, string ns) =>
        WaitAsync(client, ns, "Ready for the newest generation", d => d.Status?.ObservedGeneration == d.Metadata.Generation && Is(d, ConditionTypes.Ready));

    public static bool Is(ModelDeployment deployment, string condition) =>
        deployment.Status?.Conditions?.Any(c => c.Type == condition && c.Status == "True" && c.ObservedGeneration == deployment.Metadata.Generation) == true;
}
