using Canario.Kubernetes.Models;
using Canario.Operator.Crd;

namespace Canario.Operator.Api;

sealed record RollingUpdateSettings
{
    [Schema("Pods beyond replicas while pods are replaced: a number from 1, or a share of replicas such as 25%, rounded up.")]
    public IntOrString MaxSurge { get; set; } = 1;

    [Schema("Pods that may be missing of replicas meanwhile: a number, or a share of replicas such as 25%, rounded down.")]
    public IntOrString MaxUnavailable { get; set; } = 0;

    [Schema("How long each step lasts at least. Default: until its gates pass.")]
    public HoldSettings? Hold { get; set; }
}
