using Canario.Demo;
using Progress = Canario.Demo.Progress;

namespace Canario.EndToEnd;

[Collection(DemoGroup.Name)]
public sealed class DemoTests(StageFixture fixture)
{
    [Fact]
    public async Task Every_rollout_of_the_demo_ends_as_expected_and_stable_fails_no_request()
    {
        var outcomes = await Demonstration.RollOutAsync(fixture.Stage, 100, StageFixture.Patience, new Progress("demo: "), CancellationToken.None);

        Assert.Equal(5, outcomes.Count);
        Assert.All(outcomes, outcome => Assert.True(outcome.IsExpected, outcome.ToString()));
        // The load went on all the while: a count of failures says something only beside a count of requests.
        Assert.All(outcomes, outcome => Assert.InRange(outcome.Requests, 100, long.MaxValue));
    }
}
