using Canario.Kubernetes.Models;

namespace Canario.Kubernetes;

/// <summary>Namespace and name; the namespace is empty for objects of the cluster.</summary>
public readonly record struct ObjectKey(string Namespace, string Name)
{
    public static ObjectKey Of(IKubernetesObject value) => new(value.Metadata.Namespace ?? "", value.Metadata.Name ?? "");

    public override string ToString() => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";
}
