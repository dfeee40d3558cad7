using Canario.Kubernetes.Models;
using Canario.Operator.Crd;

namespace Canario.Operator.Api;

/// <summary>As Kubernetes' resources, but reads <c>cpu: 2</c> too, as people write it.</summary>
sealed record ResourceSettings
{
    [Schema("What the scheduler sets aside for a pod, by resource name.", MaxItems = Api.Limits.MapEntries)]
    public IReadOnlyDictionary<string, IntOrString>? Requests { get; set; }

    [Schema("What a pod may use at most, by resource name.", MaxItems = Api.Limits.MapEntries)]
    public IReadOnlyDictionary<string, IntOrString>? Limits { get; set; }
}
