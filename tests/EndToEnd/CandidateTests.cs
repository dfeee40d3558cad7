using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Canario.Demo;

namespace Canario.EndToEnd;

[Collection(OperatorGroup.Name)]
public sealed class CandidateTests(StageFixture fixture)
{
    private const string OfAnotherFile = "0000000000000000000000000000000000000000000000000000000000000000";
    private static readonly JsonSerializerOptions s_asWritten = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task A_candidate_that_cannot_start_gets_no_traffic_and_is_rejected_within_15_s_and_for_good()
    {
        await using var place = await fixture.OpenPlaceAsync("candidate");
        await place.ServeFirstVersionAsync();
        await using var load = await place.StartLoadAsync(100);
        var broken = place.Manifests.ShortCanary("v2-good", OfAnotherFile);
        await place.ApplyAsync(broken);

        var candidate = (await place.WaitAsync("the candidate", view => view.Candidate != RolloutView.None)).Candidate;
        var took = await TimeFromTheFirstFailureAsync(place, candidate);
        Assert.InRange(took, TimeSpan.Zero, Bound);
        var view = await place.WaitAsync("the rejection", view => view.IsSettled);
        Assert.Equal(("RolledBack", "WrongDigest"), (view.Outcome, view.OutcomeReason));

        // Applied once more, as a GitOps tool does all day: nothing changes, nothing starts.
        var before = await LastWordsAsync(place);
        await place.ApplyAsync(broken);
        await Task.Delay(Bound / 2);
        Assert.Equal(before, await StatusAsync(place));

        Assert.Equal(0, load.Snapshot().Of(candidate).Requests);
        await place.ApplyAsync(place.Manifests.ShortCanary("v2-good"));
        await place.ExpectPromotionAsync(load);
    }

    [Fact]
    public async Task A_candidate_of_another_contract_gets_no_traffic_and_the_message_says_what_differs()
    {
        await using var place = await fixture.OpenPlaceAsync("contract");
        await place.ServeFirstVersionAsync();
        await using var load = await place.StartLoadAsync(100);
        // Another question on the same birds: fewer features, no classes.
        await place.ApplyAsync(place.Manifests.ShortCanary("penguin-mass/v1"));

        var candidate = (await place.WaitAsync("the candidate", view => view.Candidate != RolloutView.None)).Candidate;
        var view = await place.WaitAsync("the rejection", view => view.IsSettled);

        Assert.Equal(("RolledBack", "ContractChanged"), (view.Outcome, view.OutcomeReason));
        Assert.Contains("prediction 'species' is gone", await StatusAsync(place), StringComparison.Ordinal);
        Assert.Equal(0, load.Snapshot().Of(candidate).Requests);
    }

    /// <summary>All of it but the watch over the drift of what serves, which has looks of its own.</summary>
    private static async Task<string> StatusAsync(Place place)
    {
        var model = JsonNode.Parse(await place.KubectlAsync("get", "modeldeployment", Manifests.Name, "--output", "json"))!;
        var status = model["status"]!.AsObject();
        status.Remove("drift");
        status["conditions"]!.AsArray().RemoveAll(condition => (string?)condition!["type"] == "DriftDetected");
        return $"{model["metadata"]!["generation"]} {status.ToJsonString(s_asWritten)}";
    }

    /// <summary>The routers acknowledge after the rollback, and pods go: the status that two looks find alike.</summary>
    private static async Task<string> LastWordsAsync(Place place)
    {
        var clock = Stopwatch.StartNew();
        for (var last = await StatusAsync(place); ;)
        {
            await Task.Delay(Bound / 3);
            var now = await StatusAsync(place);
            if (now == last && now.Contains("\"weightInForce\":true", StringComparison.Ordinal))
            {
                return now;
            }

            Assert.True(clock.Elapsed < StageFixture.Patience, $"status goes on changing: {last}\n{now}");
            last = now;
        }
    }

    /// <summary>From the first look that finds a container of the revision ended to the look that finds it rejected.</summary>
    private static async Task<TimeSpan> TimeFromTheFirstFailureAsync(Place place, string revision)
    {
        var clock = Stopwatch.StartNew();
        TimeSpan? failed = null;
        while (true)
        {
            if ((await place.ReadAsync()).Outcome == "RolledBack")
            {
                return failed is { } since ? clock.Elapsed - since : TimeSpan.Zero;
            }

            Assert.True(clock.Elapsed < StageFixture.Patience, "the candidate was not rejected");
            if (failed is null && HasEnded(await place.KubectlAsync("get", "pods", "--selector", $"canario.dev/revision={revision}", "--output", "json")))
            {
                failed = clock.Elapsed;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200));
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
