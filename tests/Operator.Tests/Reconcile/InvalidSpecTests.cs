using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Operator.Desired;
using Canario.Operator.Tests.Api;
using Canario.Rollouts;

namespace Canario.Operator.Tests.Reconcile;

[Collection(ClusterGroup.Name)]
public sealed class InvalidSpecTests(ClusterFixture cluster)
{
    [Fact]
    public async Task No_invalid_spec_touches_what_serves_and_a_mended_one_goes_on()
    {
        var ns = await cluster.NewNamespaceAsync();
        await using var pods = new PodPlayer(cluster.Client, ns);
        await using var running = await RunningOperator.StartAsync(cluster, ns);
        await Models.CreateAsync(cluster.Client, ns);
        var sound = await Models.WaitReadyAsync(cluster.Client, ns);
        var before = await ServingAsync(ns);

        var (refused, stalled) = (0, 0);
        foreach (var invalid in InvalidSpecs.All)
        {
            if (invalid.Change(sound).Metadata.Name != Models.Name)
                continue;
            if (await ReplaceAsync(ns, live => invalid.Change(live with { Spec = sound.Spec })) is not { } stored)
            {
                refused++;
                continue;
            }

            Assert.False(invalid.Schema, $"{invalid.Name}: the API server took it");
            var told = await Models.WaitAsync(cluster.Client, ns, $"{invalid.Name}: Stalled", d => d.Status!.ObservedGeneration == stored.Metadata.Generation && Models.Is(d, ConditionTypes.Stalled));
            Assert.Equal(RolloutReasons.InvalidSpec, told.Status!.Reason);
            Assert.Contains(invalid.Path, told.Status.Message, StringComparison.Ordinal);
            stalled++;
        }

        await running.SettleAsync();
        Assert.Equal(before, await ServingAsync(ns));
        Assert.True(refused >= 30 && stalled >= 15, $"{refused} refused, {stalled} stalled");

        await ReplaceAsync(ns, live => live with { Spec = sound.Spec });
        var mended = await Models.WaitReadyAsync(cluster.Client, ns);
        Assert.Equal(sound.Status!.StableRevision, mended.Status!.StableRevision);
        Assert.Equal(before, await ServingAsync(ns));
    }

    [Fact]
    public async Task A_spec_that_turns_invalid_in_a_rollout_holds_it_where_it_is()
    {
        var ns = await cluster.NewNamespaceAsync();
        await using var pods = new PodPlayer(cluster.Client, ns);
        await using var running = await RunningOperator.StartAsync(cluster, ns);
        await Models.CreateAsync(cluster.Client, ns);
        await Models.WaitReadyAsync(cluster.Client, ns);
        await Models.PatchAsync(cluster.Client, ns, """{"spec":{"strategy":{"canary":{"steps":[{"weight":30,"hold":{"duration":"0s","manual":true}}]}}}}""");
        await Models.SetModelAsync(cluster.Client, ns, "v2");
        var paused = await Models.WaitAsync(cluster.Client, ns, "paused at 30 %", d => d.Status!.Phase == nameof(RolloutPhase.Paused) && d.Status.WeightInForce == true);

        await Models.PatchAsync(cluster.Client, ns, """{"spec":{"traffic":{"timeout":"9h"}}}""");
        var stalled = await Models.WaitAsync(cluster.Client, ns, "Stalled", d => Models.Is(d, ConditionTypes.Stalled));
        Assert.Equal((30, paused.Status!.CandidateRevision), (stalled.Status!.Weight, stalled.Status.CandidateRevision));

        await Models.PatchAsync(cluster.Client, ns, """{"spec":{"traffic":{"timeout":"9s"},"strategy":{"canary":{"steps":[{"weight":30,"hold":{"duration":"0s","manual":false}}]}}}}""");
        var ready = await Models.WaitReadyAsync(cluster.Client, ns);
        Assert.Equal(paused.Status.CandidateRevision, ready.Status!.StableRevision);
    }

    /// <summary>Null: the API server refused it.</summary>
    private async Task<ModelDeployment?> ReplaceAsync(string ns, Func<ModelDeployment, ModelDeployment> change)
    {
        try
        {
            return await cluster.Client.ReplaceAsync(ModelDeployments.Resource, change(await Models.GetAsync(cluster.Client, ns)), default);
        }
        catch (KubernetesException e) when (e.Error == KubernetesError.Conflict)
        {
            // The operator wrote its status in between.
            return await ReplaceAsync(ns, change);
        }
        catch (KubernetesException e) when (e.Error == KubernetesError.Invalid)
        {
            return null;
        }
        catch (ArgumentException e) when (e.Message.Contains("JSON", StringComparison.Ordinal))
        {
            // Not a number: nobody can write it down.
            return null;
        }
    }

    /// <summary>All that requests pass through, by version: any write shows.</summary>
    private async Task<string> ServingAsync(string ns)
    {
        var map = await cluster.Client.GetAsync(Resources.ConfigMaps, ns, Names.RouterConfiguration(Models.Name), default);
        var service = await cluster.Client.GetAsync(Resources.Services, ns, Models.Name, default);
        var pods = (await cluster.Client.ListAsync(Resources.Pods, ns, null, default)).Items.Select(p => p.Metadata.Uid).Order(StringComparer.Ordinal);
        return $"{map.Metadata.ResourceVersion} {service.Metadata.ResourceVersion} {string.Join(' ', pods)}";
    }
}
