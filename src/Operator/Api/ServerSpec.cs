using Canario.Kubernetes.Models;
using Canario.Operator.Crd;

namespace Canario.Operator.Api;

sealed record ServerSpec
{
    [Schema("Image of the inference server. Default: the one that the operator was installed with.", MinLength = 1, MaxLength = 512)]
    public string? Image { get; set; }

    [Schema("When the image is pulled. Default: Kubernetes' own, IfNotPresent unless the tag is latest.")]
    [Values("Always", "IfNotPresent", "Never")]
    public string? ImagePullPolicy { get; set; }

    [Schema("Secrets of this namespace with registry credentials.", MaxItems = 16)]
    public IReadOnlyList<LocalObjectReference> ImagePullSecrets { get; set; } = [];

    [Schema("CPU and memory of each pod. Default: requests of 100m and 256Mi, a memory limit of 1Gi.")]
    public ResourceSettings? Resources { get; set; }

    [Schema("Further environment variables. CANARIO_ is the operator's own prefix.", MaxItems = Limits.Env, MapKey = "name")]
    public IReadOnlyList<EnvVar> Env { get; set; } = [];

    [Schema("Threads of one inference; 0: ONNX Runtime's default, one a core.", Minimum = 0, Maximum = Limits.Threads)]
    public int Threads { get; set; }

    [Schema("Labels that a node must have.", MaxItems = Limits.MapEntries)]
    public IReadOnlyDictionary<string, string>? NodeSelector { get; set; }

    [Schema("Node taints that the pods tolerate.", MaxItems = Limits.MapEntries)]
    public IReadOnlyList<Toleration> Tolerations { get; set; } = [];

    [Schema("ServiceAccount of the pods. Default: the namespace's default one; its token is not mounted.",
        Pattern = @"^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$", MaxLength = 253)]
    public string? ServiceAccountName { get; set; }

    [Schema("Further labels of the pods. Those of canario.dev and app.kubernetes.io are the operator's own.", MaxItems = Limits.MapEntries)]
    public IReadOnlyDictionary<string, string>? PodLabels { get; set; }

    [Schema("Further annotations of the pods.", MaxItems = Limits.MapEntries)]
    public IReadOnlyDictionary<string, string>? PodAnnotations { get; set; }
}
