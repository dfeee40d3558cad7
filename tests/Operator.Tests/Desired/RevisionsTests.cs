using Canario.Contract;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Operator.Desired;
using Canario.Operator.Tests.Api;
using Canario.Rollouts;

namespace Canario.Operator.Tests.Desired;

public sealed class RevisionsTests
{
    static readonly DesiredOptions Options = new() { InferenceServerImage = "server:1", RouterImage = "router:1" };

    [Fact]
    public void Replicas_strategy_gates_and_service_make_no_new_revision()
    {
        var before = Example.Minimal();
        var full = Example.Full().Spec;
        var after = before with { Spec = full with { Model = before.Spec.Model, Server = before.Spec.Server } };

        Assert.Equal(Revisions.BuildName(before), Revisions.BuildName(after));
    }

    [Fact]
    public void Any_change_of_model_or_server_makes_a_new_revision()
    {
        var start = Example.Full();
        ModelDeploymentSpec spec = start.Spec;
        var names = new[]
        {
            spec,
            spec with { Model = spec.Model with { Uri = "file:///other" } },
            spec with { Model = spec.Model with { Sha256 = new string('d', 64) } },
            spec with { Model = spec.Model with { BaselineSha256 = null } },
            spec with { Model = spec.Model with { GoldenSha256 = null } },
            spec with { Server = spec.Server with { Image = null } },
            spec with { Server = spec.Server with { Threads = 3 } },
            spec with { Server = spec.Server with { Env = [] } },
            spec with { Server = spec.Server with { Resources = null } },
        }.Select(changed => Revisions.BuildName(start with { Spec = changed })).ToList();

        Assert.Equal(names.Count, names.Distinct().Count());
        Assert.All(names, name => Assert.Matches("^iris-[0-9a-f]{8}$", name));
    }

    [Fact]
    public void The_order_of_a_map_makes_no_new_revision()
    {
        var one = Example.Full();
        var other = one with { Spec = one.Spec with { Server = one.Spec.Server with { NodeSelector = new Dictionary<string, string> { ["arch"] = "amd64", ["disk"] = "ssd" } } } };

        Assert.Equal(Revisions.BuildName(one), Revisions.BuildName(other));
    }

    [Fact]
    public void Another_default_image_changes_neither_name_nor_pods_of_a_revision_that_exists()
    {
        var deployment = Example.Minimal();
        var stored = Revisions.ReadSnapshot(Revisions.BuildControllerRevision(deployment, "iris-1", Revisions.BuildSnapshot(deployment, Options), 1))!;

        var built = RevisionObjects.BuildDeployment(deployment, new WorldRevision("iris-1", 1, 100, 0, false), stored);

        Assert.Equal("server:1", built.Spec!.Template!.Spec!.Containers![0].Image);
        Assert.Equal("server:2", Revisions.BuildSnapshot(deployment, Options with { InferenceServerImage = "server:2" }).Server.Image);
    }

    /// <summary>As an older operator built them, or a newer one will.</summary>
    [Fact]
    public void An_operator_that_would_build_the_pods_otherwise_leaves_those_of_a_revision_that_exists_as_they_are()
    {
        var deployment = Example.Full();
        var snapshot = Revisions.BuildSnapshot(deployment, Options);
        var other = snapshot with { Template = snapshot.Template! with { Spec = snapshot.Template.Spec! with { TerminationGracePeriodSeconds = 7 } } };
        var stored = Revisions.ReadSnapshot(Revisions.BuildControllerRevision(deployment, "iris-1", other, 1))!;

        var built = RevisionObjects.BuildDeployment(deployment, new WorldRevision("iris-1", 1, 100, 0, false), stored);

        Assert.Equal(7, built.Spec!.Template!.Spec!.TerminationGracePeriodSeconds);
    }

    [Fact]
    public void Promotion_changes_nothing_of_the_pods_that_were_tried()
    {
        var deployment = Example.Full();
        var snapshot = Revisions.BuildSnapshot(deployment, Options);

        var tried = RevisionObjects.BuildDeployment(deployment, new WorldRevision("iris-1", 4, 10, 0, true), snapshot);
        var promoted = RevisionObjects.BuildDeployment(deployment, new WorldRevision("iris-1", 4, 100, 0, false), snapshot);

        Assert.Equal(Json(tried), Json(promoted));
    }

    [Fact]
    public void A_deleted_ControllerRevision_is_made_again_from_its_Deployment()
    {
        var deployment = Example.Full();
        var snapshot = Revisions.BuildSnapshot(deployment, Options);
        var name = Revisions.BuildName(deployment);
        var live = RevisionObjects.BuildDeployment(deployment, new WorldRevision(name, 1, 100, 0, false), snapshot);

        var again = RevisionObjects.BuildDeployment(deployment, new WorldRevision(name, 1, 100, 0, false), Revisions.ReadSnapshot(live)!);

        Assert.Equal(Json(live), Json(again));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("{\"schemaVersion\":99}")]
    public void A_snapshot_that_cannot_be_read_is_none(string annotation) => Assert.Null(Revisions.ReadSnapshot(
        new Deployment { Metadata = new ObjectMeta { Annotations = new Dictionary<string, string> { [Annotations.Snapshot] = annotation } } }));

    [Fact]
    public void Names_and_label_values_fit_for_the_longest_name_allowed()
    {
        var deployment = Example.Minimal();
        deployment = deployment with { Metadata = deployment.Metadata with { Name = "a" + new string('b', Limits.NameLength - 1) } };

        Assert.Empty(SpecValidator.Validate(deployment));
        Assert.All(
            [Revisions.BuildName(deployment), Names.PreviewService(deployment.Metadata.Name!), Names.RouterConfiguration(deployment.Metadata.Name!)],
            name => Assert.InRange(name.Length, 1, 63));
    }

    [Theory]
    [InlineData(RolloutPhase.Preparing, 0, false, 1)]
    [InlineData(RolloutPhase.Progressing, 0, false, 1)]
    [InlineData(RolloutPhase.Progressing, 0, true, 2)]
    [InlineData(RolloutPhase.Progressing, 5, false, 2)]
    [InlineData(RolloutPhase.Paused, 5, true, 2)]
    [InlineData(RolloutPhase.Baking, 100, true, 2)]
    [InlineData(RolloutPhase.RollingBack, 5, true, 1)]
    public void Testers_reach_the_candidate_only_while_it_may_be_tried(RolloutPhase phase, int weight, bool started, int matches)
    {
        var world = new World { Revisions = [new WorldRevision("old", 1, 100 - weight, 0, false), new WorldRevision("new", 1, weight, 0, true)] };
        var state = new RolloutState { Phase = phase, Weight = weight, StepStartedAt = started ? DateTimeOffset.UnixEpoch : null };

        var configuration = RouterConfigurations.Build(Example.Full(), world, state, Ports.FirstListener)!;

        Assert.Equal(matches, configuration.Matches.Count);
    }

    [Theory]
    [InlineData(100, 2, "old")]
    [InlineData(100, 0, null)]
    [InlineData(99, 2, null)]
    [InlineData(0, 2, null)]
    public void Stable_stands_in_for_a_candidate_with_all_the_traffic_as_long_as_it_is_warm(int weight, int warm, string? expected)
    {
        var world = new World { Revisions = [new WorldRevision("old", warm, 100 - weight, 0, false), new WorldRevision("new", 1, weight, 0, true)] };

        Assert.Equal(expected, RouterConfigurations.Build(Example.Full(), world, new RolloutState { Phase = RolloutPhase.Baking, Weight = weight }, Ports.FirstListener)!.Fallback);
    }

    [Fact]
    public void Each_other_split_has_another_version_and_the_same_one_the_same()
    {
        var deployment = Example.Minimal();
        var versions = Enumerable.Range(0, 101).Select(weight => RouterConfigurations.Build(
            deployment,
            new World { Revisions = [new WorldRevision("old", 1, 100 - weight, 0, false), new WorldRevision("new", 1, weight, 0, true)] },
            new RolloutState { Phase = RolloutPhase.Progressing, Weight = weight },
            Ports.FirstListener)!.Version).ToList();

        Assert.Equal(101, versions.Distinct().Count());
        Assert.Null(RouterConfigurations.Build(deployment, World.Nothing, RolloutState.Initial, Ports.FirstListener));
    }

    static string Json(Deployment deployment) => System.Text.Json.JsonSerializer.Serialize(deployment, KubernetesJson.Default.Deployment);
}
