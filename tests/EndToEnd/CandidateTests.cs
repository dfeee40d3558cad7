using System.Diagnostics;
using System.Text.Json;
using Canario.Demo;

namespace Canario.EndToEnd;

[Collection(ClusterGroup.Name)]
public sealed class CandidateTests(StageFixture fixture)
{
    private const string OfAnotherFile = "0000000000000000000000000000000000000000000000000000000000000000";
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task A_candidate_that_cannot_start_gets_no_traffic_and_is_rejected_within_15_s_and_for_good()
    {
        await fixture.ServeAnewAsync();
        await using var load = await Stage.StartLoadAsync(50, CancellationToken.None);
        var broken = fixture.Manifests.Canary("v2-good", OfAnotherFile);
        await fixture.Kubectl.ApplyAsync(broken, CancellationToken.None);

        var candidate = (await fixture.WaitAsync(view => view.Candidate != RolloutView.None)).Candidate;
        var took = await TimeFromTheFirstFailureAsync(candidate);
        Assert.InRange(took, TimeSpan.Zero, Bound);
        var view = await fixture.WaitAsync(view => view.IsSettled);
        Assert.Equal(("RolledBack", "WrongDigest"), (view.Outcome, view.OutcomeReason));

        // Applied once more, as a GitOps tool does all day: nothing changes, nothing starts. The first pause lets the rollback's last words be written.
        await Task.Delay(Bound / 3);
        var before = await StatusAsync();
        await fixture.Kubectl.ApplyAsync(broken, CancellationToken.None);
        await Task.Delay(Bound / 2);
        Assert.Equal(before, await StatusAsync());

        Assert.Equal(0, load.Snapshot().Of(candidate).Requests);
        await fixture.Kubectl.ApplyAsync(fixture.Manifests.Canary("v2-good"), CancellationToken.None);
        await fixture.ExpectPromotionAsync(load);
    }

    private Task<string> StatusAsync() => fixture.Kubectl.RunAsync(
        CancellationToken.None, "get", "modeldeployment", Manifests.Name, "--namespace", Manifests.Namespace, "--output", "jsonpath={.metadata.generation} {.status}");

    /// <summary>From the first look that finds a container of the revision ended to the look that finds it rejected.</summary>
    private async Task<TimeSpan> TimeFromTheFirstFailureAsync(string revision)
    {
        var clock = Stopwatch.StartNew();
        TimeSpan? failed = null;
        while (true)
        {
            if ((await fixture.Kubectl.ReadAsync(CancellationToken.None)).Outcome == "RolledBack")
            {
                return failed is { } since ? clock.Elapsed - since : TimeSpan.Zero;
            }

            Assert.True(clock.Elapsed < StageFixture.Patience, "the candidate was not rejected");
            if (failed is null && HasEnded(await fixture.Kubectl.RunAsync(
                CancellationToken.None, "get", "pods", "--namespace", Manifests.Namespace, "--selector", $"canario.dev/revision={revision}", "--output", "json")))
            {
                failed = clock.Elapsed;
            }
        }
    }

    private static bool HasEnded(string pods)
    {
        using var document = JsonDocument.Parse(pods);
        return document.RootElement.GetProperty("items").EnumerateArray()
            .Where(pod => pod.GetProperty("status").TryGetProperty("containerStatuses", out _))
            .SelectMany(pod => pod.GetProperty("status").GetProperty("containerStatuses").EnumerateArray())
            .Any(container => container.GetProperty("state").TryGetProperty("terminated", out _) || container.GetProperty("restartCount").GetInt32() > 0);
    }
}
