namespace Canario.EndToEnd;

[Collection(TrafficGroup.Name)]
public sealed class OutageTests(StageFixture fixture)
{
    // Longer than a step holds and than the operator waits between two looks: with Prometheus there, the rollout would have gone on.
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(18);

    [Fact]
    public async Task Without_Prometheus_the_weight_holds_and_with_it_the_rollout_goes_on()
    {
        await using var place = await fixture.OpenPlaceAsync("outage", withPrometheus: true);
        await place.ServeFirstVersionAsync();
        await using var load = await place.StartLoadAsync(100);
        await place.ApplyAsync(place.Manifests.ShortCanary("v2-good"));
        var step = await place.WaitAsync("the first step", view => view.Weight == 20 || view.IsSettled);

        await place.Prometheus.KillAsync();
        try
        {
            var blind = await place.WaitAsync("ProviderUnavailable", view => view.Verdict == "ProviderUnavailable" || view.IsSettled);
            Assert.Contains("nothing can be measured", blind.Message, StringComparison.Ordinal);
            await Task.Delay(Outage);
            var held = await place.ReadAsync();
            Assert.Equal((20, step.Step, step.Candidate, "ProviderUnavailable"), (held.Weight, held.Step, held.Candidate, held.Verdict));
        }
        finally
        {
            await place.Prometheus.ContinueAsync(CancellationToken.None);
        }

        await place.ExpectPromotionAsync(load);
    }

    [Fact]
    public async Task Routers_replaced_under_load_lose_no_request()
    {
        await using var place = await fixture.OpenPlaceAsync("routers");
        await place.ServeFirstVersionAsync();
        await using var load = await place.StartLoadAsync(50);

        await place.KubectlAsync("rollout", "restart", "deployment/canario-router");
        await place.KubectlAsync("rollout", "status", "deployment/canario-router", "--timeout=3m");
        await Task.Delay(TimeSpan.FromSeconds(5));

        await place.ExpectNoFailureAsync(load);
    }
}
