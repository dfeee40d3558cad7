using System.Text.Json;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Operator.Crd;

namespace Canario.Benchmarks.Operator;

/// <summary>The CRD on a fresh API server.</summary>
internal static class CustomResource
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    /// <summary>Returns when the API server serves it.</summary>
    public static async Task CreateAsync(KubernetesClient client)
    {
        var crd = JsonSerializer.Deserialize(CrdBuilder.Build().ToJsonString(), KubernetesJson.Default.CustomResourceDefinition)!;
        await client.CreateAsync(Resources.CustomResourceDefinitions, crd, CancellationToken.None);
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await client.ListAsync(ModelDeployments.Resource, null, null, CancellationToken.None);
                return;
            }
            catch (KubernetesException e) when (e.Error == KubernetesError.NotFound && TimeProvider.System.GetElapsedTime(start) < s_limit)
            {
                await Task.Delay(50);
            }
        }
    }
}
