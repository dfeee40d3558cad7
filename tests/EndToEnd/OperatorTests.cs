namespace Canario.EndToEnd;

[Collection(OperatorGroup.Name)]
public sealed class OperatorTests(StageFixture fixture)
{
    [Fact]
    public async Task A_killed_operator_is_followed_by_another_which_ends_the_rollout()
    {
        await using var place = await fixture.OpenPlaceAsync("operator");
        await place.ServeFirstVersionAsync();
        await using var load = await place.StartLoadAsync(100);
        await place.ApplyAsync(place.Manifests.ShortCanary("v2-good"));
        await place.WaitAsync("the first step", view => view.Weight == 20 || view.IsSettled);

        await fixture.Stage.Kubectl.RunAsync(CancellationToken.None, "delete", "pods", "--namespace", "canario-system", "--all", "--force", "--grace-period=0");

        await place.ExpectPromotionAsync(load);
    }
}
