using System.Globalization;
using Canario.Demo;
using Canario.LoadGenerator;
using Progress = Canario.Demo.Progress;

namespace Canario.EndToEnd;

/// <summary>One test's namespace on the common node. It goes in the end, without being waited for.</summary>
internal sealed class Place(Kubectl kubectl, Manifests manifests, PrometheusServer? prometheus, Progress progress) : IAsyncDisposable
{
    private readonly RolloutWatch watch = new(kubectl, manifests.Namespace, progress);
    private MachineStalls stallsBefore;

    public Manifests Manifests => manifests;

    /// <summary>Its own; only where it was asked for.</summary>
    public PrometheusServer Prometheus => prometheus ?? throw new InvalidOperationException("this place has no Prometheus of its own");

    public Task ServeFirstVersionAsync() => Scenario.ServeFirstVersionAsync(kubectl, manifests, progress, StageFixture.Patience, CancellationToken.None);

    public Task ApplyAsync(string yaml) => kubectl.ApplyAsync(yaml, manifests.Namespace, CancellationToken.None);

    public Task<RolloutView> ReadAsync() => kubectl.ReadAsync(manifests.Namespace, CancellationToken.None);

    public Task<string> KubectlAsync(params string[] arguments) => kubectl.RunAsync(CancellationToken.None, [.. arguments, "--namespace", manifests.Namespace]);

    public Task<LoadRun> StartLoadAsync(int rate)
    {
        stallsBefore = MachineStalls.Read();
        return Stage.StartLoadAsync(manifests.NodePort, rate, CancellationToken.None);
    }

    public Task<RolloutView> WaitAsync(string what, Func<RolloutView, bool> reached) => watch.UntilAsync(what, reached, StageFixture.Patience, CancellationToken.None);

    /// <summary>Waits for the end of the rollout under way and expects it to be a promotion without a failed request.</summary>
    public async Task ExpectPromotionAsync(LoadRun load)
    {
        var view = await WaitAsync("the promotion", view => view.IsSettled);
        Assert.True(view is { Outcome: "Promoted", Phase: "Healthy" }, view.ToString());
        await ExpectNoFailureAsync(load);
    }

    public async Task ExpectNoFailureAsync(LoadRun load)
    {
        var report = await load.StopAsync();
        Assert.True(report.Requests > 0);
        var words = string.Create(CultureInfo.InvariantCulture,
            $"{report.Failed} of {report.Requests} requests failed; longest latency {report.Latency.Max:F0} ms, of it the generator's own lag {report.LongestLag:F0} ms; {MachineStalls.Read().Since(stallsBefore)}");
        progress.Say(words);
        if (report.Failed > 0)
        {
            // In the first line, which every summary shows; the logs below it are for who has the whole.
            Assert.Fail($"{words}: {string.Join(", ", report.Failures.Select(reason => $"{reason.Value} {reason.Key}"))}; {string.Join("; ", report.FirstFailures)}\n{await ReadLogsAsync()}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await kubectl.RunAsync(CancellationToken.None, "delete", "namespace", manifests.Namespace, "--wait=false");
        if (prometheus is not null)
        {
            await prometheus.DisposeAsync();
        }
    }

    // The node is gone by the time that somebody reads of the failure.
    private async Task<string> ReadLogsAsync()
    {
        try
        {
            return await KubectlAsync("logs", "--selector", "app.kubernetes.io/managed-by=canario", "--prefix", "--timestamps", "--tail=30", "--max-log-requests=20");
        }
        catch (DemoException e)
        {
            return e.Message;
        }
    }
}
