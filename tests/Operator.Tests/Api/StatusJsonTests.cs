using System.Text.Json;
using Canario.Operator.Api;
using Canario.Rollouts;

namespace Canario.Operator.Tests.Api;

public sealed class StatusJsonTests
{
    static readonly DateTimeOffset At = new(2026, 3, 4, 5, 6, 7, 891, TimeSpan.Zero);

    [Fact]
    public void The_machine_s_memory_survives_status_unchanged()
    {
        var state = new RolloutState
        {
            Phase = RolloutPhase.Paused,
            Reason = "GateHold",
            Message = "errors 2 % > 1 %",
            StableRevision = "iris-1",
            CandidateRevision = "iris-2",
            StepIndex = 2,
            Weight = 25,
            Mirror = 5,
            StableReplicas = 4,
            CandidateReplicas = 1,
            StepEnteredAt = At,
            StepStartedAt = At.AddSeconds(1),
            PhaseStartedAt = At.AddSeconds(2),
            RolloutStartedAt = At.AddSeconds(3),
            TrafficStartedAt = At.AddSeconds(4),
            Attempt = 3,
            HoldSkipped = true,
            PausedByCommand = true,
            PauseReason = "ManualHold",
            ProviderUnavailableSince = At.AddSeconds(5),
            ProviderUnavailableFor = TimeSpan.FromSeconds(61.5),
            CapacityMissingSince = At.AddSeconds(6),
            CapacityMissingFor = TimeSpan.FromSeconds(12.5),
            CapacityLosses = 2,
            StableLostSince = At.AddSeconds(7),
            StableLostFor = TimeSpan.FromSeconds(30),
            Replicas = 4,
            ResumePhase = RolloutPhase.Baking,
            Rejected = [new RejectedRevision("iris-0", "ErrorRate", "too many", At, 1)],
            Served = ["iris-0", "iris-1"],
            Undo = new Undo("iris-0", "iris-2"),
            LastCommand = new HandledCommand(CommandAction.Promote, "iris-2", "n1", true, "done"),
            Gates = [new GateResult { Name = "errors", Type = GateTypes.ErrorRate, Verdict = Verdict.Inconclusive, Value = 0.02, Threshold = 0.01, Samples = 312, EffectLow = 0.5 }],
        };
        var json = JsonSerializer.Serialize(new ModelDeploymentStatus { Rollout = state }, ApiJson.Default.ModelDeploymentStatus);

        Assert.Equal(state, JsonSerializer.Deserialize(json, ApiJson.Default.ModelDeploymentStatus)!.Rollout);
    }

    [Fact]
    public void The_first_state_survives_status_unchanged()
    {
        var json = JsonSerializer.Serialize(new ModelDeploymentStatus { Rollout = RolloutState.Initial }, ApiJson.Default.ModelDeploymentStatus);

        Assert.Equal(RolloutState.Initial, JsonSerializer.Deserialize(json, ApiJson.Default.ModelDeploymentStatus)!.Rollout);
    }

    [Theory]
    [InlineData("\"text\"")]
    [InlineData("[1,2,{}]")]
    [InlineData("7")]
    [InlineData("""{"phase":"Flying","message":"m"}""")]
    [InlineData("""{"phase":99}""")]
    [InlineData("""{"weight":101}""")]
    [InlineData("""{"weight":"a lot"}""")]
    [InlineData("""{"stepIndex":-1}""")]
    [InlineData("""{"stableReplicas":-2}""")]
    [InlineData("""{"gates":[null]}""")]
    [InlineData("""{"gates":[{"name":"errors"}]}""")]
    [InlineData("""{"rejected":[{"revision":"a"}]}""")]
    [InlineData("""{"stepEnteredAt":"yesterday"}""")]
    [InlineData("""{"capacityMissingFor":"-00:00:01"}""")]
    [InlineData("""{"stableLostFor":"9999999.00:00:00"}""")]
    public void A_memory_that_cannot_be_read_says_so_and_leaves_all_else_readable(string rollout)
    {
        var json = """{"items":[{"metadata":{"name":"a"},"status":{"rollout":BROKEN,"phase":"Healthy"}},{"metadata":{"name":"b"},"status":{"rollout":{"weight":3}}}]}"""
            .Replace("BROKEN", rollout, StringComparison.Ordinal);

        var items = JsonSerializer.Deserialize(json, ApiJson.Default.KubernetesListModelDeployment)!.Items;

        Assert.Equal(("a", "Healthy", RolloutReasons.StateUnreadable), (items[0].Metadata.Name, items[0].Status!.Phase, items[0].Status!.Rollout!.Reason));
        Assert.NotEmpty(items[0].Status!.Rollout!.Message);
        Assert.Equal(("b", 3), (items[1].Metadata.Name, items[1].Status!.Rollout!.Weight));
    }

    [Fact]
    public void The_watch_s_memory_survives_status_unchanged()
    {
        var drift = new DriftState
        {
            Revision = "iris-1",
            Verdict = DriftVerdict.Drift,
            Since = At,
            Watched = 7,
            Beyond = 2,
            Worst =
            [
                new DriftedName { Kind = DriftKind.Feature, Name = "petal", Psi = 0.6, Ks = 0.2, Distance = 0.3, PValue = 1.2e-30, Samples = 900, BaselineSamples = 258, Since = At, Looks = 3, Confirmed = true },
                new DriftedName { Kind = DriftKind.Quality, Name = "accuracy", Accuracy = 0.7, Samples = 300, Since = At, Looks = 1, LooksWithin = 1 },
            ],
        };
        var json = JsonSerializer.Serialize(new ModelDeploymentStatus { Drift = drift }, ApiJson.Default.ModelDeploymentStatus);

        Assert.Equal(drift, JsonSerializer.Deserialize(json, ApiJson.Default.ModelDeploymentStatus)!.Drift);
    }

    [Fact]
    public void Retraining_s_memory_survives_status_unchanged()
    {
        var drift = new DriftState { Revision = "iris-1", Verdict = DriftVerdict.Drift, Since = At, Worst = [new DriftedName { Kind = DriftKind.Feature, Name = "petal", Psi = 0.6, Confirmed = true }] };
        var state = new RetrainingState
        {
            Current = new RetrainingRun { Id = "0a1b2c3d", Trigger = RetrainingTrigger.Drift, Message = "m", Revision = "iris-1", At = At, Phase = RetrainingPhase.Running, Attempts = 2, NextAttemptAt = At, StartedAt = At, Drift = drift },
            History = [new RetrainingRecord { Id = "1", Trigger = RetrainingTrigger.Schedule, Outcome = RetrainingOutcome.Lost, Message = "m", Revision = "iris-0", At = At, FinishedAt = At, AnsweredBy = "iris-1" }],
            Command = "n",
            Schedule = "0 3 * * *",
            ScheduledFrom = At,
            Episode = "e",
            EpisodeRuns = 2,
        };
        var json = JsonSerializer.Serialize(new ModelDeploymentStatus { Retraining = state }, ApiJson.Default.ModelDeploymentStatus);

        Assert.Equal(state, JsonSerializer.Deserialize(json, ApiJson.Default.ModelDeploymentStatus)!.Retraining);
    }

    [Theory]
    [InlineData("""{"current":{"id":"a"}}""")]
    [InlineData("""{"current":{"id":null,"trigger":"Drift","message":"m","revision":"r"}}""")]
    [InlineData("""{"history":[null]}""")]
    [InlineData("""{"history":"none"}""")]
    public void Retraining_s_memory_that_cannot_be_read_is_begun_anew(string retraining)
    {
        var json = """{"status":{"retraining":BROKEN,"phase":"Healthy"}}""".Replace("BROKEN", retraining, StringComparison.Ordinal);

        var status = JsonSerializer.Deserialize(json, ApiJson.Default.ModelDeployment)!.Status!;

        Assert.Equal(("Healthy", null), (status.Phase, status.Retraining));
    }

    [Theory]
    [InlineData("7")]
    [InlineData("""{"verdict":"Drift"}""")]
    [InlineData("""{"revision":null,"verdict":"Drift"}""")]
    [InlineData("""{"revision":"a","verdict":"Storm"}""")]
    [InlineData("""{"revision":"a","verdict":99}""")]
    [InlineData("""{"revision":"a","worst":[null]}""")]
    [InlineData("""{"revision":"a","worst":[{"kind":"Feature","name":null}]}""")]
    public void A_watch_s_memory_that_cannot_be_read_is_begun_anew(string drift)
    {
        var json = """{"status":{"drift":BROKEN,"phase":"Healthy"}}""".Replace("BROKEN", drift, StringComparison.Ordinal);

        var status = JsonSerializer.Deserialize(json, ApiJson.Default.ModelDeployment)!.Status!;

        Assert.Equal(("Healthy", null), (status.Phase, status.Drift));
    }

    [Fact]
    public void A_field_that_a_document_leaves_out_keeps_its_default()
    {
        const string json = """{"metadata":{"name":"a"},"spec":{"model":{"uri":"file:///m"},"gates":[{"name":"g","type":"ErrorRate","max":0.1}]}}""";

        var spec = JsonSerializer.Deserialize(json, ApiJson.Default.ModelDeployment)!.Spec;

        Assert.Equal((1, "10m", "30s", "Rollback", 100), (spec.Replicas, spec.ProgressDeadline, spec.Traffic.Timeout, spec.Gates[0].OnFail, spec.Gates[0].MinSamples));
    }
}
