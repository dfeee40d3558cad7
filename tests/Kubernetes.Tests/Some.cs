using Canario.Kubernetes.Models;

namespace Canario.Kubernetes.Tests;

/// <summary>Objects for tests.</summary>
internal static class Some
{
    public static ConfigMap ConfigMap(string ns, string name, string value = "1", string? label = null) => new()
    {
        Metadata = new ObjectMeta { Namespace = ns, Name = name, Labels = label is null ? null : new Dictionary<string, string> { ["app"] = label } },
        Data = new Dictionary<string, string> { ["key"] = value },
    };
}
