using System.Text.Json;

namespace Canario.Kubernetes.Models;

/// <summary>Files that containers of a pod share.</summary>
public sealed record Volume
{
    public string? Name { get; set; }
    public EmptyDirVolume? EmptyDir { get; set; }
    public ConfigMapVolume? ConfigMap { get; set; }
    public SecretVolume? Secret { get; set; }
    public PersistentVolumeClaimVolume? PersistentVolumeClaim { get; set; }
    public HostPathVolume? HostPath { get; set; }
    public JsonElement? Projected { get; set; }
    public JsonElement? Csi { get; set; }
}
