namespace Canario.Rollouts.Tests;

/// <summary>How many pods there are, and how many serve, at every moment of a rolling update.</summary>
public sealed class RollingUpdateTests
{
    public static TheoryData<int, int, int> Sizes()
    {
        var sizes = new TheoryData<int, int, int>();
        foreach (var replicas in (int[])[1, 2, 3, 7, 10, 33, 99, 100])
        {
            foreach (var surge in (int[])[1, 2, 25])
            {
                foreach (var missing in new HashSet<int> { 0, 1, replicas / 3, replicas - 1 })
                {
                    sizes.Add(replicas, surge, missing);
                }
            }
        }

        return sizes;
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Never_more_pods_than_the_surge_allows_nor_fewer_than_may_be_missing(int replicas, int surge, int missing)
    {
        var held = Plans.RollingUpdate(Plans.Two, replicas, surge, missing, Plans.Errors);
        Follow(held, replicas - missing, replicas + surge);
        // Steps that are left in the moment in which they start.
        Follow(held with { Steps = [.. held.Steps.Select(step => step with { Hold = new StepHold(), Gates = [] })] }, replicas - missing, replicas + surge);
    }

    static void Follow(RolloutPlan plan, int least, int most)
    {
        var cluster = TimelineTests.WithStable(plan);
        while (cluster.State is not { Phase: RolloutPhase.Healthy, StableRevision: Plans.Two })
        {
            var world = cluster.Tick().World;
            Assert.InRange(world.Revisions.Sum(revision => revision.Replicas), least, most);
            Assert.InRange(cluster.Ready(Plans.One) + cluster.Ready(Plans.Two), least, most);
            Assert.True(cluster.Elapsed < TimeSpan.FromHours(2), cluster.Timeline);
        }
    }

    [Theory]
    [InlineData(4, 1, 0, "25/1/3 50/2/2 75/3/1 100/4/0")]
    [InlineData(4, 1, 1, "33/1/2 100/3/0 100/4/0")]
    [InlineData(10, 3, 2, "37/3/5 100/8/0 100/10/0")]
    [InlineData(1, 1, 0, "100/1/0")]
    public void Weights_are_each_sides_share_of_the_pods(int replicas, int surge, int missing, string expected)
    {
        var plan = Plans.RollingUpdate(Plans.Two, replicas, surge, missing, Plans.Errors);
        Assert.Equal(expected, string.Join(' ', plan.Steps.Select(s => $"{s.Weight}/{Count(s.CandidateCapacityPercent)}/{Count(s.StableCapacityPercent)}")));
        // All but the last are judged; the bake judges that one.
        Assert.All(plan.Steps.SkipLast(1), s => Assert.Equal(["errors"], s.Gates));

        int Count(int percent) => (replicas * percent + 99) / 100;
    }
}
