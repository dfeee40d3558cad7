using Canario.Operator.Traffic.Services;
using Canario.Rollouts;

namespace Canario.Operator.Tests.Traffic;

public sealed class PodSharesTests
{
    [Theory]
    [InlineData(1, new[] { 0 })]
    [InlineData(2, new[] { 0, 50 })]
    [InlineData(3, new[] { 0 })]
    [InlineData(4, new[] { 0, 25, 50, 75 })]
    [InlineData(10, new[] { 0, 10, 20, 30, 40, 50, 60, 70, 80, 90 })]
    public void Weights_are_whole_pods(int replicas, int[] allowed) => Assert.Equal(allowed, PodShares.Allowed(replicas));

    [Theory]
    [InlineData(1, new[] { 0 })]
    [InlineData(4, new[] { 25, 50 })]
    [InlineData(10, new[] { 10, 50 })]
    [InlineData(20, new[] { 10, 25, 50 })]
    public void Of_the_default_steps_those_remain_that_are_whole(int replicas, int[] weights) => Assert.Equal(weights, PodShares.BuildSteps([], replicas).Select(step => step.Weight));

    [Theory]
    [InlineData(25, 1, 3, true)]
    [InlineData(25, 1, 4, false)]
    [InlineData(25, 1, 2, false)]
    // Of a rolling update's: rounded down.
    [InlineData(33, 1, 2, true)]
    [InlineData(25, 0, 0, false)]
    [InlineData(100, 0, 4, true)]
    [InlineData(0, 4, 0, true)]
    public void The_ready_pods_make_the_split_or_they_do_not(int weight, int candidate, int stable, bool isMade)
    {
        var world = new World { Revisions = [new WorldRevision("iris-1", 4, 100 - weight, 0, false), new WorldRevision("iris-2", 4, weight, 0, true)] };

        Assert.Equal(isMade, PodSplit.IsMade(world, [new RevisionObservation { Revision = "iris-1", Ready = stable }, new RevisionObservation { Revision = "iris-2", Ready = candidate }]));
    }
}
