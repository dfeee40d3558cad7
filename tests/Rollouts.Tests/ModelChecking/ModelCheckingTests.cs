using System.Collections.Concurrent;
using System.Globalization;
using Xunit.Abstractions;

namespace Canario.Rollouts.Tests;

/// <summary>
/// Not some walks but all of them: every order of what can happen, to a depth of eight looks from every moment of an undisturbed rollout, with the invariants of the random walk after each look,
/// and from every moment found the way to the end once nothing happens any more. A look finds one thing that happened (or that goes on), after no time, a short or a long one;
/// CANARIO_MODEL_HAPPENINGS says how many at once, CANARIO_MODEL_DEPTH how deep (make model).
/// </summary>
public sealed class ModelCheckingTests(ITestOutputHelper output)
{
    static readonly GateSpec Errors = new() { Name = "errors", Type = GateTypes.ErrorRate, MaxShare = 0.02 };

    static readonly string[] MustBeSeen =
    [
        RolloutReasons.Promoted, RolloutReasons.RolledBack, RolloutReasons.Superseded, RolloutReasons.SpecRestored, RolloutReasons.Aborted, RolloutReasons.InsufficientData,
        RolloutReasons.ProgressDeadlineExceeded, RolloutReasons.CapacityLost, RolloutReasons.StableLost, RolloutReasons.StableBack, RolloutReasons.ProviderUnavailable, RolloutReasons.ProviderBack,
        RolloutReasons.CommandHandled, RolloutReasons.ShadowConcluded, RolloutReasons.TestConcluded, RolloutReasons.ContractPending, RolloutReasons.ContractChanged, RolloutReasons.ContractUnknown, RolloutReasons.Undone, GateTypes.ErrorRate, GateTypes.ShadowAgreement, "CrashLoopBackOff",
    ];

    static readonly Model[] Models =
    [
        Of("Shadow, then canary", revision => Plans.Shadow(revision, AfterShadow.Canary, Errors, Plans.Agreement)),
        Of("RollingUpdate", revision => Plans.RollingUpdate(revision, 2, 1, 0, Errors)),
        Of("Canary", revision => Plans.Canary(revision, Errors)),
        Of("BlueGreen", revision => Plans.BlueGreen(revision, autoPromote: true, Errors)),
        Of("BlueGreen by hand", revision => Plans.BlueGreen(revision, autoPromote: false, Errors)),
        Of("Canary by pods", revision => Plans.ByPods(Plans.Canary(revision, Errors))),
        Of("RollingUpdate by pods", revision => Plans.RollingUpdate(revision, 2, 1, 0, Errors) with { SplitByPods = true }),
        Of("Recreate", revision => Plans.Recreate(revision, Errors)),
        Of("BlueGreen, contract compared", revision => Plans.BlueGreen(revision, autoPromote: true, Errors) with { ChecksContract = true }),
        Of("A/B, the winner promoted", revision => Plans.Ab(revision, AfterTest.Promote)),
        Of("A/B, stable kept", revision => Plans.Ab(revision, AfterTest.Keep, Errors)),
        Of("Shadow, then dropped", revision => Plans.Shadow(revision, AfterShadow.Drop, Errors, Plans.Agreement)),
    ];

    [Fact]
    public void Every_order_of_events_keeps_the_invariants_and_comes_to_an_end()
    {
        var (depth, happenings) = (Setting("CANARIO_MODEL_DEPTH", 8), Setting("CANARIO_MODEL_HAPPENINGS", 1));
        var explorers = Models.Select(model => new Explorer(model, happenings)).ToArray();
        Parallel.ForEach(Partitioner.Create(explorers, EnumerablePartitionerOptions.NoBuffering), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, explorer =>
        {
            explorer.Explore(depth);
            lock (output)
            {
                output.WriteLine($"{explorer}");
            }
        });

        // What never happens was not checked.
        Assert.All(explorers, explorer => Assert.Empty(Enum.GetNames<RolloutPhase>().Except(NotOf(explorer)).Except(explorer.Seen)));
        Assert.Empty(MustBeSeen.Except(explorers.SelectMany(explorer => explorer.Seen)));
        Assert.All(explorers, explorer => Assert.True(explorer.Moments.Count > 500, $"{explorer}"));
    }

    /// <summary>The memoisation rests on it: what is left out of a moment, cut off or renamed makes no difference to what follows.</summary>
    [Fact]
    public void Moments_that_are_called_equal_have_equal_futures()
    {
        var random = new SplitMix(9);
        foreach (var model in Models)
        {
            var explorer = new Explorer(model, 1);
            explorer.Explore(3);
            Moment[] moments = [.. explorer.Moments];
            for (var i = 0; i < 2000; i++)
            {
                var (real, now, trace) = (random.Pick(moments), Abstraction.Now, new List<string>());
                var abstracted = real;
                for (var step = 0; step < 4; step++)
                {
                    // Spec by its place among the names, and retry and undo by a list's order, would mean another revision in the renamed one.
                    Look[] looks = [.. model.Looks(abstracted, 2).Where(look => step == 0 || (look.Plan is null && look.Command is not (CommandAction.Retry or CommandAction.Undo)))];
                    var look = random.Pick(looks);
                    now += look.After;
                    real = model.Decide(real, look, now, $"{step}", explorer.Seen);
                    abstracted = model.Next(abstracted, look, explorer.Seen);
                    trace.Add($"{look} → {real.State.Phase}");
                    Assert.True(abstracted == model.Abstract(real, now), $"{model.Name}: {string.Join("; ", trace)}: {abstracted} and {model.Abstract(real, now)}");
                }
            }
        }
    }

    /// <summary>A strategy that only wants to know has no bake.</summary>
    static IEnumerable<string> NotOf(Explorer explorer) => explorer.Model.DropsCandidate ? [nameof(RolloutPhase.Baking)] : [];

    static int Setting(string name, int otherwise) => int.Parse(Environment.GetEnvironmentVariable(name) ?? otherwise.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>A progress deadline of one short look and a half, and an interval as long: the sums of lost time take few values, so there are fewer moments. The random walk has others.</summary>
    static Model Of(string name, Func<string, RolloutPlan> plan) => new(name, revision => plan(revision) with { Replicas = 2, ProgressDeadline = 1.5 * Model.Short, CheckInterval = 1.5 * Model.Short });
}
