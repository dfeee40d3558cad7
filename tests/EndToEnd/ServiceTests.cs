namespace Canario.EndToEnd;

/// <summary>Traffic by the number of pods behind the Service, on real pods and a real kube-proxy.</summary>
[Collection(TrafficGroup.Name)]
public sealed class ServiceTests(StageFixture fixture)
{
    [Fact]
    public async Task A_canary_without_routers_and_the_change_to_it_cost_no_request()
    {
        await using var place = await fixture.OpenPlaceAsync("service");
        await place.ServeFirstVersionAsync();
        await using var load = await place.StartLoadAsync(50);

        await place.ApplyAsync(place.Manifests.ByService("v1"));
        await place.WaitAsync("the Service led to the pods", view => view.IsSettled);
        Assert.Contains("\"model\"", await place.KubectlAsync("get", "service", Demo.Manifests.Name, "--output", "jsonpath={.spec.selector}"), StringComparison.Ordinal);
        await place.ApplyAsync(place.Manifests.ByService("v2-good"));
        await place.WaitAsync("the candidate", view => view.Candidate != Demo.RolloutView.None);

        // Its gates have samples of the candidate from the servers alone, or it would not be promoted.
        await place.ExpectPromotionAsync(load);
    }
}
