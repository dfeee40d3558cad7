using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Canario.Kubernetes.Models;
using Canario.LocalCluster;
using Canario.Operator.Api;
using Canario.Operator.Crd;
using Canario.Operator.Desired;
using Canario.Operator.Traffic;
using Canario.Operator.Tests.Api;
using Canario.Rollouts;

namespace Canario.Operator.Tests.Desired;

/// <summary>Whole objects, compared with Golden/*.yaml. With CANARIO_ACCEPT=1 the files are written instead; read their difference before committing.</summary>
public sealed class GoldenTests
{
    static readonly DesiredOptions Options = new() { InferenceServerImage = "canario/inference-server:1", RouterImage = "canario/router:1" };

    [Fact]
    public void A_minimal_deployment_s_objects()
    {
        var deployment = Example.Minimal();
        var name = Revisions.BuildName(deployment);
        var snapshot = Revisions.BuildSnapshot(deployment, Options);
        var world = new World { Revisions = [new WorldRevision(name, 1, 100, 0, false)] };
        Check("minimal",
            Write(Revisions.BuildControllerRevision(deployment, name, snapshot, 1), KubernetesJson.Default.ControllerRevision),
            Write(RevisionObjects.BuildDeployment(deployment, world.Revisions[0], snapshot), KubernetesJson.Default.Deployment),
            Write(RevisionObjects.BuildService(deployment, name), KubernetesJson.Default.Service),
            Write(ModelServices.BuildService(deployment, ServiceTarget.ToRouters(20000)), KubernetesJson.Default.Service),
            Write(RouterConfigurations.BuildConfigMap(deployment, RouterConfigurations.Build(deployment, world, new RolloutState { Phase = RolloutPhase.Healthy }, 20000)!), KubernetesJson.Default.ConfigMap));
    }

    [Fact]
    public void A_full_deployment_s_objects_in_the_middle_of_a_canary()
    {
        var deployment = Example.Full();
        var snapshot = Revisions.BuildSnapshot(deployment, Options);
        var world = BuildTwoSides(deployment);
        var state = new RolloutState { Phase = RolloutPhase.Progressing, Weight = 5, StableRevision = "iris-old", CandidateRevision = world.Revisions[1].Revision };
        Check("full",
            Write(RevisionObjects.BuildDeployment(deployment, world.Revisions[1], snapshot), KubernetesJson.Default.Deployment),
            Write(ModelServices.BuildService(deployment, ServiceTarget.ToRouters(20002)), KubernetesJson.Default.Service),
            Write(RouterConfigurations.BuildConfigMap(deployment, RouterConfigurations.Build(deployment, world, state, 20002)!), KubernetesJson.Default.ConfigMap));
    }

    [Fact]
    public void An_autoscaled_revision_s_objects()
    {
        var deployment = Example.Minimal();
        deployment = deployment with
        {
            Spec = deployment.Spec with
            {
                Autoscaling = new AutoscalingSettings
                {
                    MinReplicas = 2,
                    MaxReplicas = 10,
                    TargetCPUUtilization = 60,
                    Metrics = [new() { Type = "Resource", Name = "memory", AverageValue = "500Mi" }, new() { Type = "Pods", Name = "canario_inference_queue_length", AverageValue = 4 }],
                },
            },
        };
        var world = BuildTwoSides(deployment);
        var snapshot = Revisions.BuildSnapshot(deployment, Options);
        Check("autoscaled",
            Write(RevisionObjects.BuildDeployment(deployment, world.Revisions[1], snapshot, isAutoscaled: true), KubernetesJson.Default.Deployment),
            Write(Autoscalers.Build(deployment, world.Revisions[0].Revision, 4, "autoscaling/v2"), KubernetesJson.Default.HorizontalPodAutoscaler));
    }

    [Fact]
    public void The_preview_of_a_blue_green()
    {
        var deployment = Example.Minimal();
        deployment = deployment with { Spec = deployment.Spec with { Strategy = new StrategySettings { Type = StrategyNames.BlueGreen } } };
        Check("preview", Write(ModelServices.BuildPreview(deployment, BuildTwoSides(deployment))!, KubernetesJson.Default.Service));
    }

    [Fact]
    public void The_routers_of_a_namespace() => Check("router",
        Write(RouterObjects.BuildServiceAccount("team"), KubernetesJson.Default.ServiceAccount),
        Write(RouterObjects.BuildRole("team"), KubernetesJson.Default.Role),
        Write(RouterObjects.BuildRoleBinding("team"), KubernetesJson.Default.RoleBinding),
        Write(RouterObjects.BuildService("team"), KubernetesJson.Default.Service),
        Write(RouterObjects.BuildPodDisruptionBudget("team", Options), KubernetesJson.Default.PodDisruptionBudget),
        Write(RouterObjects.BuildDeployment("team", Options), KubernetesJson.Default.Deployment));

    static World BuildTwoSides(ModelDeployment deployment) => new()
    {
        Revisions = [new WorldRevision("iris-old", 4, 95, 0, false), new WorldRevision(Revisions.BuildName(deployment), 1, 5, 0, true)],
    };

    static string Write<T>(T value, JsonTypeInfo<T> type) => Yaml.Write(JsonNode.Parse(JsonSerializer.Serialize(value, type))!);

    static void Check(string name, params string[] documents)
    {
        var text = string.Join("---\n", documents);
        var file = Path.Combine(Checkout.Root, "tests", "Operator.Tests", "Desired", "Golden", name + ".yaml");
        if (Environment.GetEnvironmentVariable("CANARIO_ACCEPT") == "1")
        {
            File.WriteAllText(file, text);
            return;
        }

        Assert.Equal(File.ReadAllText(file), text);
    }
}
