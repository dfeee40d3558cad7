using Canario.Contract;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Rollouts;

namespace Canario.Operator.Desired;

/// <summary>What each revision of a ModelDeployment has for itself.</summary>
static class RevisionObjects
{
    /// <param name="isAutoscaled">Replicas are somebody else's to set.</param>
    public static Deployment BuildDeployment(ModelDeployment deployment, WorldRevision revision, RevisionSnapshot snapshot, bool isAutoscaled = false)
    {
        var metadata = Objects.BuildOwned(deployment, revision.Revision, revision.Revision, Labels.ComponentModel);
        var annotations = new SortedDictionary<string, string>(StringComparer.Ordinal) { [Annotations.Snapshot] = Revisions.BuildAnnotation(snapshot) };
        if (isAutoscaled)
        {
            annotations[Annotations.Autoscaled] = "true";
        }

        return new Deployment
        {
            ApiVersion = "apps/v1",
            Kind = "Deployment",
            Metadata = metadata with { Annotations = annotations },
            Spec = new DeploymentSpec
            {
                Replicas = isAutoscaled ? null : revision.Replicas,
                RevisionHistoryLimit = 1,
                Selector = new LabelSelector { MatchLabels = ModelPods.BuildSelector(deployment, revision.Revision) },
                // A revision's template never changes; this is for a repair after somebody's edit.
                Strategy = new DeploymentStrategy { Type = "RollingUpdate", RollingUpdate = new RollingUpdateDeployment { MaxSurge = 1, MaxUnavailable = 0 } },
                Template = snapshot.Template ?? ModelPods.BuildTemplate(deployment, revision.Revision, snapshot),
            },
        };
    }

    /// <summary>Headless: routers read its EndpointSlices, nobody its address.</summary>
    public static Service BuildService(ModelDeployment deployment, string revision) => new()
    {
        ApiVersion = "v1",
        Kind = "Service",
        Metadata = Objects.BuildOwned(deployment, revision, revision, Labels.ComponentModel),
        Spec = new ServiceSpec
        {
            Type = "ClusterIP",
            ClusterIP = "None",
            Selector = ModelPods.BuildSelector(deployment, revision),
            Ports =
            [
                new ServicePort { Name = Ports.HttpName, Protocol = "TCP", Port = Ports.InferenceHttp, TargetPort = Ports.HttpName },
                new ServicePort { Name = Ports.GrpcName, Protocol = "TCP", Port = Ports.InferenceGrpc, TargetPort = Ports.GrpcName },
            ],
        },
    };
}
