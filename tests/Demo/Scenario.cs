using Canario.LoadGenerator;

namespace Canario.Demo;

/// <summary>The rollouts of the demo, one after the other, each under load and each with the outcome that it must have.</summary>
/// <param name="limit">The longest that one rollout may take.</param>
internal sealed class Scenario(Kubectl kubectl, Manifests manifests, LoadRun load, Progress progress, TimeSpan limit)
{
    private const string Promoted = "Promoted";
    private const string RolledBack = "RolledBack";

    private readonly RolloutWatch watch = new(kubectl, manifests.Namespace, progress);

    /// <summary>Without load: there is nothing to send it to yet.</summary>
    public static async Task ServeFirstVersionAsync(Kubectl kubectl, Manifests manifests, Progress progress, TimeSpan limit, CancellationToken cancellationToken)
    {
        progress.Title("A first version: v1");
        await kubectl.ApplyAsync(manifests.Canary("v1"), cancellationToken);
        var view = await new RolloutWatch(kubectl, manifests.Namespace, progress).UntilAsync("the first version", view => view.IsSettled, limit, cancellationToken);
        if (view.Outcome != Promoted)
        {
            throw new DemoException($"the first version did not become healthy: {view.Reason}: {view.Message}");
        }
    }

    public async Task<IReadOnlyList<Outcome>> RunAsync(CancellationToken cancellationToken) =>
    [
        await RollOutAsync("canary, good v2", manifests.Canary("v2-good"), Promoted, Promoted, cancellationToken),
        await RollOutAsync("canary, v2 with errors", manifests.Canary("v2-errors"), RolledBack, "ErrorRate", cancellationToken),
        await RollOutAsync("canary, v2 with drift", manifests.Canary("v2-drift"), RolledBack, "PredictionDrift", cancellationToken),
        await RollOutAsync("blue-green, switch", manifests.BlueGreen("v1", "5s"), Promoted, Promoted, cancellationToken),
        await SwitchBackAsync(cancellationToken),
    ];

    private async Task<Outcome> RollOutAsync(string title, string manifest, string outcome, string reason, CancellationToken cancellationToken)
    {
        progress.Title(title);
        var before = load.Snapshot();
        var started = progress.Elapsed;
        await kubectl.ApplyAsync(manifest, cancellationToken);
        var trial = new HashSet<string>();
        var view = await watch.UntilAsync(
            $"the end of '{title}'",
            view =>
            {
                if (view.Candidate != RolloutView.None)
                {
                    trial.Add(view.Candidate);
                }

                return view.IsSettled;
            },
            limit,
            cancellationToken);
        return Account(title, outcome, reason, view, trial, before, started);
    }

    /// <summary>Switches all traffic to the new version and, while it is still watched, takes it back by command.</summary>
    private async Task<Outcome> SwitchBackAsync(CancellationToken cancellationToken)
    {
        const string title = "blue-green, switched back";
        progress.Title(title);
        var before = load.Snapshot();
        var started = progress.Elapsed;
        await kubectl.ApplyAsync(manifests.BlueGreen("v2-good", "10m"), cancellationToken);
        var baking = await watch.UntilAsync("the switch", view => (view.Phase == "Baking" && view.Weight == 100) || view.IsSettled, limit, cancellationToken);
        progress.Say($"all traffic is on {baking.Candidate}; taking it back: kubectl annotate … canario.dev/command=abort/{baking.Candidate}/demo");
        await kubectl.CommandAsync(manifests.Namespace, "abort", baking.Candidate, cancellationToken);
        var view = await watch.UntilAsync("the way back", view => view.Phase == RolledBack, limit, cancellationToken);
        return Account(title, RolledBack, "Aborted", view, [baking.Candidate], before, started);
    }

    private Outcome Account(
        string title, string outcome, string reason, RolloutView view, HashSet<string> trial, LoadReport before, TimeSpan started)
    {
        var now = load.Snapshot();
        var failed = now.Failed - before.Failed;
        var onTrial = trial.Sum(revision => now.Of(revision).Failed - before.Of(revision).Failed);
        return new Outcome(
            title, outcome, view.Outcome, reason, view.OutcomeReason, progress.Elapsed - started, now.Requests - before.Requests, failed - onTrial, onTrial);
    }
}
