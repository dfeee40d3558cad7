using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Operator.Desired;
using Canario.Operator.Reconcile;

namespace Canario.Operator.Traffic;

/// <summary>The Service that is named as its ModelDeployment: there with every provider, so that who calls it never has to know.</summary>
sealed class ModelService(ClusterView view, Applier applier)
{
    /// <summary>Null: there is none, or it is somebody else's.</summary>
    public Service? Find(ModelDeployment deployment) => Live(deployment) is { } live && WorldApplier.IsOwned(deployment, live) ? live : null;

    public async Task ApplyAsync(TrafficState traffic, ServiceTarget target, CancellationToken cancellationToken)
    {
        var deployment = traffic.Deployment;
        if (traffic.Plan.SpecError is null)
        {
            var sources = (deployment.Metadata.Uid, deployment.Metadata.Generation, target.Key);
            await applier.ApplyAsync(Resources.Services, ObjectKey.Of(deployment), sources, () => ModelServices.BuildService(deployment, target), Live(deployment), cancellationToken);
        }
        else if (Find(deployment) is { } live && !target.IsOf(live))
        {
            await applier.ApplyAsync(Resources.Services, ModelServices.BuildKept(deployment, live, target), live, cancellationToken);
        }
    }

    private Service? Live(ModelDeployment deployment) => view.Services.Get(ObjectKey.Of(deployment));
}
