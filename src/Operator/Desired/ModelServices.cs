using Canario.Contract;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Operator.Traffic;
using Canario.Rollouts;

namespace Canario.Operator.Desired;

/// <summary>The Services that people call.</summary>
static class ModelServices
{
    /// <summary>Client traffic.</summary>
    public static Service BuildService(ModelDeployment deployment, ServiceTarget target)
    {
        var settings = deployment.Spec.Service;
        var metadata = Objects.BuildOwned(deployment, deployment.Metadata.Name!);
        return new Service
        {
            ApiVersion = "v1",
            Kind = "Service",
            Metadata = settings.Annotations is { Count: > 0 } annotations ? metadata with { Annotations = annotations } : metadata,
            Spec = new ServiceSpec
            {
                Type = settings.Type,
                Selector = target.Selector,
                Ports =
                [
                    new ServicePort { Name = Ports.HttpName, Protocol = "TCP", Port = settings.Port, TargetPort = target.Http, NodePort = settings.NodePort },
                    new ServicePort { Name = Ports.GrpcName, Protocol = "TCP", Port = settings.GrpcPort, TargetPort = target.Grpc },
                ],
            },
        };
    }

    /// <summary>The Service as it is, led elsewhere: nothing of an invalid spec reaches it.</summary>
    public static Service BuildKept(ModelDeployment deployment, Service live, ServiceTarget target)
    {
        var annotations = live.Metadata.Annotations?.Where(a => a.Key != Reconcile.Applier.HashAnnotation).ToDictionary();
        return new Service
        {
            ApiVersion = "v1",
            Kind = "Service",
            Metadata = Objects.BuildOwned(deployment, deployment.Metadata.Name!) with { Annotations = annotations is { Count: > 0 } ? annotations : null },
            Spec = new ServiceSpec
            {
                Type = live.Spec!.Type,
                Selector = target.Selector,
                Ports = [.. (live.Spec.Ports ?? []).Select(port => port with { TargetPort = port.Name == Ports.GrpcName ? target.Grpc : target.Http })],
            },
        };
    }

    /// <summary>Past the routers, to the side on trial, or to the only one there is. Null: this ModelDeployment has no preview, or no revision yet.</summary>
    public static Service? BuildPreview(ModelDeployment deployment, World world)
    {
        var strategy = deployment.Spec.Strategy;
        if (strategy.Type != StrategyNames.BlueGreen || strategy.BlueGreen is { PreviewService: false } || world.Revisions.Count == 0)
        {
            return null;
        }

        var side = world.Revisions.FirstOrDefault(revision => revision.IsCandidate) ?? world.Revisions[0];
        return new Service
        {
            ApiVersion = "v1",
            Kind = "Service",
            Metadata = Objects.BuildOwned(deployment, Names.PreviewService(deployment.Metadata.Name!)),
            Spec = new ServiceSpec
            {
                Type = ServiceTypes.ClusterIp,
                Selector = ModelPods.BuildSelector(deployment, side.Revision),
                Ports =
                [
                    new ServicePort { Name = Ports.HttpName, Protocol = "TCP", Port = deployment.Spec.Service.Port, TargetPort = Ports.HttpName },
                    new ServicePort { Name = Ports.GrpcName, Protocol = "TCP", Port = deployment.Spec.Service.GrpcPort, TargetPort = Ports.GrpcName },
                ],
            },
        };
    }
}
