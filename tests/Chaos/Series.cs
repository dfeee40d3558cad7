using System.Globalization;
using Canario.Demo;
using Canario.LoadGenerator;
using Progress = Canario.Demo.Progress;

namespace Canario.Chaos;

/// <summary>Rollouts one after the other, each under load and disturbed until it is over.</summary>
internal sealed class Series(Stage stage, ChaosOptions options, Progress progress)
{
    private static readonly string[] s_versions = ["v2-good", "v1"];

    private readonly Random _random = new(options.Seed);
    private readonly Manifests _manifests = stage.Manifests;
    private readonly Killer _killer = new(stage.Kubectl, stage.Prometheus, stage.Manifests.Namespace, new Random(options.Seed + 1), progress);

    public async Task<IReadOnlyList<TrialResult>> RunAsync(CancellationToken cancellationToken)
    {
        await Scenario.ServeFirstVersionAsync(stage.Kubectl, _manifests, progress, options.Limit, cancellationToken);
        await using var load = await Stage.StartLoadAsync(_manifests.NodePort, options.Rate, cancellationToken);
        var results = new List<TrialResult>();
        for (var i = 0; i < options.Rollouts; i++)
        {
            var trial = Trial.All[i % Trial.All.Count];
            progress.Title(string.Create(CultureInfo.InvariantCulture, $"{i + 1} of {options.Rollouts}: {trial.Strategy}, a {(trial.IsGood ? "good" : "bad")} version"));
            var manifests = _manifests with { Mark = string.Create(CultureInfo.InvariantCulture, $"{options.Seed}-{i}") };
            var result = await TryAsync(trial, trial.Write(manifests, s_versions[i % s_versions.Length]), load, cancellationToken);
            results.Add(result);
            progress.Say(string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Outcome} ({result.Reason}) after {result.Seconds:F0} s and {result.Kills} kills: {result.Requests} requests, {result.Failed} failed, {result.FailedOnTrial} on trial{(result.Holds ? "" : "   MUST NOT BE")}"));
        }

        await load.StopAsync();
        return results;
    }

    private async Task<TrialResult> TryAsync(Trial trial, string manifest, LoadRun load, CancellationToken cancellationToken)
    {
        await RetryAsync(() => stage.Kubectl.ApplyAsync(manifest, cancellationToken), cancellationToken);
        var (before, started) = (load.Snapshot(), progress.Elapsed);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var disturbance = new Disturbance(_killer, ReadAsync, _random, progress);
        var disturbed = disturbance.RunAsync(over.Token);
        var onTrial = new HashSet<string>(StringComparer.Ordinal);
        RolloutView view;
        try
        {
            view = await FollowAsync(onTrial, cancellationToken);
        }
        finally
        {
            await over.CancelAsync();
            await disturbed;
        }

        // What was killed last is back before the next one begins, and what failed because of it is counted here.
        await UntilWholeAsync(cancellationToken);
        var now = load.Snapshot();
        // Only a bad version may answer badly: where a good one loses its pods, stable is there to answer.
        var byCandidate = trial.IsGood ? 0 : onTrial.Sum(revision => now.Of(revision).Failed - before.Of(revision).Failed);
        var inGap = trial.HasGap ? Refused(now) - Refused(before) : 0;
        var result = new TrialResult(
            trial, view.Outcome, view.OutcomeReason, (progress.Elapsed - started).TotalSeconds, now.Requests - before.Requests,
            now.Failed - before.Failed - byCandidate - inGap, byCandidate, inGap, disturbance.Kills);
        // Now, while those that it happened to can still be asked.
        foreach (var failure in result.Failed > 0 ? now.FirstFailures.Skip(before.FirstFailures.Count) : [])
            progress.Say("failed: " + failure);
        return result;
    }

    private async Task<RolloutView> FollowAsync(HashSet<string> onTrial, CancellationToken cancellationToken)
    {
        var started = progress.Elapsed;
        var printed = "";
        while (progress.Elapsed - started < options.Limit)
        {
            if (await ReadAsync(cancellationToken) is { } view)
            {
                if (view.Candidate != RolloutView.None)
                    onTrial.Add(view.Candidate);
                if (view.ToString() is var line && line != printed)
                    progress.Say(printed = line);
                if (view.IsSettled)
                    return view;
            }

            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        }

        throw new DemoException(string.Create(CultureInfo.InvariantCulture, $"the rollout was not over within {options.Limit.TotalSeconds:0} s; last seen: {printed}"));
    }

    private async Task UntilWholeAsync(CancellationToken cancellationToken)
    {
        var started = progress.Elapsed;
        while (progress.Elapsed - started < options.Limit)
        {
            if (await ReadAsync(cancellationToken) is { } view && view.Ready.Split('/') is [var ready, var wanted] && ready == wanted
                && await ReadyRoutersAsync(cancellationToken) is "2")
            {
                return;
            }

            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        }

        throw new DemoException(string.Create(CultureInfo.InvariantCulture, $"not all pods were ready {options.Limit.TotalSeconds:0} s after the rollout"));
    }

    /// <summary>Null: the API server is away.</summary>
    private async Task<RolloutView?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await stage.Kubectl.ReadAsync(_manifests.Namespace, cancellationToken);
        }
        catch (DemoException)
        {
            return null;
        }
    }

    private async Task<string?> ReadyRoutersAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await stage.Kubectl.RunAsync(cancellationToken, "get", "deployment", "canario-router", "--namespace", _manifests.Namespace, "--output", "jsonpath={.status.readyReplicas}");
        }
        catch (DemoException)
        {
            return null;
        }
    }

    private static async Task RetryAsync(Func<Task> act, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await act();
                return;
            }
            catch (DemoException) when (attempt < 30)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
            }
        }
    }

    /// <summary>By a router that knew no pod to send them to, or none that still was.</summary>
    private static long Refused(LoadReport report) =>
        report.Failures.Where(f => f.Key.StartsWith("status 503 (", StringComparison.Ordinal) || f.Key == "status 502 (connect_failed)").Sum(f => f.Value);
}
