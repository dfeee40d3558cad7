using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Operator.Desired;
using Canario.Rollouts;

namespace Canario.Operator.Reconcile;

/// <summary>A revision whose replicas an autoscaler sets: the operator moves its lower bound, and never owns the number itself.</summary>
sealed class RevisionScaler(KubernetesClient client, ClusterView view, Applier applier)
{
    /// <summary>
    /// Not the operator's own: what that one no longer applies goes back to the default, one replica. Of the two the field's other owner stays
    /// (https://kubernetes.io/docs/reference/using-api/server-side-apply/#transferring-ownership).
    /// </summary>
    public const string FieldManager = "canario-operator-scale";

    /// <summary>Whether an autoscaler sets the replicas of this revision's Deployment. One at 0 is stopped, which no autoscaler can do or undo. An invalid spec says nothing: what there is stays.</summary>
    public bool IsAutoscaled(ModelDeployment deployment, RolloutPlan plan, WorldRevision revision) =>
        revision.Replicas > 0 && (plan.SpecError is null ? plan.Autoscaling is not null : WorldApplier.IsOwned(deployment, Find(deployment, revision.Revision)));

    /// <summary>Before its Deployment is applied without replicas: they are handed over as they are, or raised to what the step needs, which the autoscaler would do too, at its next look in some 15 s.</summary>
    /// <returns>The Deployment as it is now.</returns>
    public async Task<Deployment?> ReleaseAsync(Deployment? live, int least, CancellationToken cancellationToken)
    {
        var replicas = live?.Spec?.Replicas ?? 0;
        if (live is null or { Metadata.DeletionTimestamp: not null } || (replicas >= least && live.Metadata.Annotations?.ContainsKey(Annotations.Autoscaled) == true))
            return live;
        var scale = new Deployment
        {
            // With the version: whoever scaled it up meanwhile must not be overruled.
            Metadata = new ObjectMeta { Namespace = live.Metadata.Namespace, Name = live.Metadata.Name, ResourceVersion = live.Metadata.ResourceVersion },
            Spec = new DeploymentSpec { Replicas = Math.Max(replicas, least) },
        };
        return await client.ApplyAsync(Resources.Deployments, scale, cancellationToken, FieldManager);
    }

    public async Task ApplyAsync(ModelDeployment deployment, RolloutPlan plan, WorldRevision revision, CancellationToken cancellationToken)
    {
        if (plan.SpecError is not null)
            return;
        var type = view.Autoscalers;
        var key = new ObjectKey(deployment.Metadata.Namespace!, revision.Revision);
        var sources = (deployment.Metadata.Uid, deployment.Metadata.Generation, revision.Replicas);
        await applier.ApplyAsync(type, key, sources, () => Autoscalers.Build(deployment, revision.Revision, revision.Replicas, type.ApiVersion), Find(deployment, revision.Revision), cancellationToken);
    }

    /// <summary>Before its Deployment gets a number of replicas, which the autoscaler would change back.</summary>
    public async Task RemoveAsync(ModelDeployment deployment, string revision, CancellationToken cancellationToken)
    {
        if (Find(deployment, revision) is { } live && WorldApplier.IsOwned(deployment, live))
            await applier.DeleteAsync(view.Autoscalers, live, cancellationToken);
    }

    private HorizontalPodAutoscaler? Find(ModelDeployment deployment, string revision) => view.HorizontalPodAutoscalers.Get(deployment.Metadata.Namespace, revision);
}
