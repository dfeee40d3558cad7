using Canario.Contract;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;

namespace Canario.Operator.Desired;

/// <summary>What all owned objects share.</summary>
static class Objects
{
    public static ObjectMeta BuildOwned(ModelDeployment deployment, string name, string? revision = null, string? component = null) => new()
    {
        Name = name,
        Namespace = deployment.Metadata.Namespace,
        Labels = BuildLabels(deployment.Metadata.Name!, revision, component),
        OwnerReferences = [BuildOwner(deployment)],
    };

    public static SortedDictionary<string, string> BuildLabels(string model, string? revision, string? component)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal) { [Labels.ManagedBy] = Labels.ManagedByCanario, [Labels.Model] = model };
        if (revision is not null)
        {
            labels[Labels.Revision] = revision;
        }

        if (component is not null)
        {
            labels[Labels.Component] = component;
        }

        return labels;
    }

    /// <summary>The garbage collector takes owned objects away with the ModelDeployment, the operator being there or not.</summary>
    public static OwnerReference BuildOwner(ModelDeployment deployment) => new()
    {
        ApiVersion = ModelDeployment.GroupVersion,
        Kind = ModelDeployment.KindName,
        Name = deployment.Metadata.Name,
        Uid = deployment.Metadata.Uid,
        Controller = true,
        BlockOwnerDeletion = true,
    };
}
