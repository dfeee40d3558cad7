namespace Canario.EndToEnd;

[Collection(TrafficGroup.Name)]
public sealed class ShadowTests(StageFixture fixture)
{
    [Fact]
    public async Task A_shadow_with_other_predictions_is_rejected_unseen_and_one_that_agrees_is_promoted()
    {
        await using var place = await fixture.OpenPlaceAsync("shadow");
        await place.ServeFirstVersionAsync();
        await using var load = await place.StartLoadAsync(100);

        await place.ApplyAsync(place.Manifests.Shadow("v2-drift"));
        var candidate = (await place.WaitAsync("the shadow", view => view.Candidate != Demo.RolloutView.None)).Candidate;
        var back = await place.WaitAsync("the rejection", view => view.IsSettled);
        Assert.Equal(("RolledBack", "ShadowAgreement"), (back.Outcome, back.OutcomeReason));
        Assert.Contains("of the answers differ from stable's", back.Message, StringComparison.Ordinal);
        // The samples' schema marks the island as a slice.
        Assert.Matches("worst slice island=(Biscoe|Dream|Torgersen):", back.Message);
        Assert.Equal(0, load.Snapshot().Of(candidate).Requests);

        await place.ApplyAsync(place.Manifests.Shadow("v2-good"));
        await place.ExpectPromotionAsync(load);
    }
}
