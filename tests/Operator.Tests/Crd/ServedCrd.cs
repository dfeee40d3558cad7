using System.Text.Json;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Operator.Crd;

namespace Canario.Operator.Tests.Crd;

static class ServedCrd
{
    /// <summary>Creates it and waits until its objects are served.</summary>
    /// <returns>As it is then.</returns>
    public static async Task<CustomResourceDefinition> CreateAsync(KubernetesClient client)
    {
        var crd = JsonSerializer.Deserialize(CrdBuilder.Build().ToJsonString(), KubernetesJson.Default.CustomResourceDefinition)!;
        // Not by server-side apply, which refuses CEL rules on a server that does not know them yet.
        await client.CreateAsync(Resources.CustomResourceDefinitions, crd, default);
        await Eventually.TrueAsync(async () =>
        {
            crd = await client.GetAsync(Resources.CustomResourceDefinitions, null, CrdBuilder.Name, default);
            return crd.Status?.Conditions?.Any(c => c is { Type: "Established", Status: "True" }) == true && await IsServedAsync(client);
        }, "ModelDeployments are served");
        return crd;
    }

    static async Task<bool> IsServedAsync(KubernetesClient client)
    {
        try
        {
            await client.ListAsync(ModelDeployments.Resource, "default", null, default);
            return true;
        }
        catch (KubernetesException e) when (e.Error == KubernetesError.NotFound)
        {
            return false;
        }
    }
}
