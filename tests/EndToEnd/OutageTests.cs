using Canario.Demo;

namespace Canario.EndToEnd;

[Collection(ClusterGroup.Name)]
public sealed class OutageTests(StageFixture fixture)
{
    // Longer than a step holds: with Prometheus there, the rollout would have gone on.
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(25);

    [Fact]
    public async Task Without_Prometheus_the_weight_holds_and_with_it_the_rollout_goes_on()
    {
        await fixture.ServeAnewAsync();
        await using var load = await Stage.StartLoadAsync(50, CancellationToken.None);
        await fixture.Kubectl.ApplyAsync(fixture.Manifests.Canary("v2-good"), CancellationToken.None);
        var step = await fixture.WaitAsync(view => view.Weight == 10 || view.IsSettled);

        await fixture.Stage.Prometheus.KillAsync();
        try
        {
            var blind = await fixture.WaitAsync(view => view.Verdict == "ProviderUnavailable" || view.IsSettled);
            Assert.Contains("nothing can be measured", blind.Message, StringComparison.Ordinal);
            await Task.Delay(Outage);
            var held = await fixture.Kubectl.ReadAsync(CancellationToken.None);
            Assert.Equal((10, step.Step, step.Candidate, "ProviderUnavailable"), (held.Weight, held.Step, held.Candidate, held.Verdict));
        }
        finally
        {
            await fixture.Stage.Prometheus.ContinueAsync(CancellationToken.None);
        }

        await fixture.ExpectPromotionAsync(load);
    }

    [Fact]
    public async Task A_killed_operator_is_followed_by_another_which_ends_the_rollout()
    {
        await fixture.ServeAnewAsync();
        await using var load = await Stage.StartLoadAsync(50, CancellationToken.None);
        await fixture.Kubectl.ApplyAsync(fixture.Manifests.Canary("v2-good"), CancellationToken.None);
        await fixture.WaitAsync(view => view.Weight == 30 || view.IsSettled);

        await fixture.Kubectl.RunAsync(CancellationToken.None, "delete", "pods", "--namespace", "canario-system", "--all", "--force", "--grace-period=0");

        await fixture.ExpectPromotionAsync(load);
    }

    [Fact]
    public async Task Routers_replaced_under_load_lose_no_request()
    {
        await fixture.ServeAnewAsync();
        await using var load = await Stage.StartLoadAsync(50, CancellationToken.None);

        await fixture.Kubectl.RunAsync(CancellationToken.None, "rollout", "restart", "deployment/canario-router", "--namespace", Manifests.Namespace);
        await fixture.Kubectl.RunAsync(CancellationToken.None, "rollout", "status", "deployment/canario-router", "--namespace", Manifests.Namespace, "--timeout=3m");
        await Task.Delay(TimeSpan.FromSeconds(5));

        await StageFixture.ExpectNoFailureAsync(load);
    }
}
