using Canario.Demo;

namespace Canario.EndToEnd;

/// <summary>What ends otherwise than by promotion or rejection: a test that is lost, and a person's word that an earlier revision shall serve.</summary>
[Collection(OperatorGroup.Name)]
public sealed class LearntTests(StageFixture fixture)
{
    [Fact]
    public async Task An_AB_test_ends_with_the_better_side_and_an_undo_brings_an_earlier_revision_back_without_a_failed_request()
    {
        await using var place = await fixture.OpenPlaceAsync("learnt");
        await place.ServeFirstVersionAsync();
        var first = (await place.ReadAsync()).Stable;
        await using (var test = await place.StartLoadAsync(100))
        {
            await place.ApplyAsync(place.Manifests.Test("v2-errors"));
            var lost = await place.WaitAsync("the test's end", view => view.IsSettled);
            Assert.Equal(("Concluded", "TestConcluded", first), (lost.Outcome, lost.OutcomeReason, lost.Stable));
            Assert.Contains($"{first} won the test: candidate", lost.Message, StringComparison.Ordinal);
            Assert.Equal(0, test.Snapshot().Of(first).Failed);
        }

        await using var load = await place.StartLoadAsync(100);
        await place.ApplyAsync(place.Manifests.ShortCanary("v2-good"));
        var promoted = await place.WaitAsync("the promotion", view => view.IsSettled);
        Assert.Equal("Promoted", promoted.Outcome);

        await place.KubectlAsync("annotate", "modeldeployment", Manifests.Name, "--overwrite", $"canario.dev/command=undo/{first}/1");
        var undone = await place.WaitAsync("the way back", view => view.IsSettled && view.Stable == first);
        Assert.Equal(("RolledBack", "Undone"), (undone.Phase, undone.Reason));

        // The same manifest again asks for what was undone.
        await place.ApplyAsync(place.Manifests.ShortCanary("v2-good"));
        var served = load.Snapshot().Of(first).Requests;
        for (var look = 0; load.Snapshot().Of(first).Requests <= served + 100; look++)
        {
            Assert.True(look < 100, "no requests come to the earlier revision");
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(first, (await place.ReadAsync()).Stable);
        await place.ExpectNoFailureAsync(load);
    }
}
