using Canario.Kubernetes;

namespace Canario.Operator.Api;

static class ModelDeployments
{
    public static ResourceType<ModelDeployment> Resource { get; } = new(
        ModelDeployment.Group, ModelDeployment.Version, ModelDeployment.Plural, ModelDeployment.KindName, true,
        ApiJson.Default.ModelDeployment, ApiJson.Default.KubernetesListModelDeployment);
}
