using Canario.Kubernetes.Models;
using Canario.Operator.Crd;

namespace Canario.Operator.Api;

/// <summary>A model that is served, and how a new version of it is rolled out. Immutable use only: readers share the cached instance.</summary>
[Rule("size(self.metadata.name) <= 46", "metadata.name must have at most 46 characters: the names and labels made from it have at most 63")]
[Rule("!self.metadata.name.contains('.')", "metadata.name must not contain a dot: Services are named after it")]
sealed record ModelDeployment : IKubernetesObject
{
    public const string Group = "canario.dev";
    public const string Version = "v1alpha1";
    public const string Plural = "modeldeployments";
    public const string KindName = "ModelDeployment";
    public const string GroupVersion = Group + "/" + Version;

    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public ObjectMeta Metadata { get; set; } = new();

    [Schema("What to serve and how to roll it out. Only model.uri is required.", Required = true)]
    public ModelDeploymentSpec Spec { get; set; } = new();

    [Schema("What is so, written by the operator alone.")]
    public ModelDeploymentStatus? Status { get; set; }
}
