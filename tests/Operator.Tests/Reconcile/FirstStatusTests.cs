using Canario.Kubernetes;
using Canario.Operator.Api;

namespace Canario.Operator.Tests.Reconcile;

[Collection(ClusterGroup.Name)]
public sealed class FirstStatusTests(ClusterFixture cluster)
{
    private static readonly string[] s_conditions =
        [ConditionTypes.DriftDetected, ConditionTypes.Ready, ConditionTypes.Reconciling, ConditionTypes.RollbackReady, ConditionTypes.Stalled];

    [Fact]
    public async Task The_very_first_status_speaks_of_the_generation_that_it_saw_and_has_every_condition()
    {
        var ns = await cluster.NewNamespaceAsync();
        await using var pods = new PodPlayer(cluster.Client, ns);
        await using var running = await RunningOperator.StartAsync(cluster, ns);

        var first = await FirstStatusAsync(ns);

        var conditions = first.Status!.Conditions!.ToDictionary(c => c.Type!, c => c.Status!);
        Assert.Equal(first.Metadata.Generation, first.Status.ObservedGeneration);
        Assert.Equal(s_conditions, conditions.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("True", conditions[ConditionTypes.Reconciling]);
        Assert.Equal("False", conditions[ConditionTypes.Ready]);
        Assert.Equal("False", conditions[ConditionTypes.Stalled]);
        Assert.All(first.Status.Conditions!, c => Assert.True(c.ObservedGeneration == first.Metadata.Generation && c.Reason is { Length: > 0 } && c.LastTransitionTime is not null, c.Type));
    }

    /// <summary>By a watch from the creation on: nothing that came before it can be missed.</summary>
    private async Task<ModelDeployment> FirstStatusAsync(string ns)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var created = await Models.CreateAsync(cluster.Client, ns);
        Assert.Null(created.Status);
        await foreach (var change in cluster.Client.WatchAsync(ModelDeployments.Resource, ns, created.Metadata.ResourceVersion!, null, limit.Token))
        {
            if (change.Value.Status is not null)
                return change.Value;
        }

        throw new InvalidOperationException("The watch ended before there was a status.");
    }
}
