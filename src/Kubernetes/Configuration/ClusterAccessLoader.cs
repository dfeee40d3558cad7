namespace Canario.Kubernetes.Configuration;

/// <summary>Finds the cluster as kubectl and client libraries do.</summary>
public static class ClusterAccessLoader
{
    /// <summary>The kubeconfig given, else the one that KUBECONFIG names, else the pod's service account, else <c>~/.kube/config</c>.</summary>
    /// <exception cref="ConfigurationException">There is none of them, or it cannot be used.</exception>
    public static ClusterAccess Load(string? kubeconfig = null, string? context = null, TimeProvider? time = null)
    {
        var path = kubeconfig is { Length: > 0 } ? kubeconfig : Environment.GetEnvironmentVariable("KUBECONFIG");
        if (path is { Length: > 0 })
        {
            return Kubeconfig.Load(path, context, time);
        }
        if (InCluster.IsAvailable)
        {
            return InCluster.Load(time: time);
        }
        var home = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config");
        return File.Exists(home)
            ? Kubeconfig.Load(home, context, time)
            : throw new ConfigurationException($"No cluster is configured: KUBECONFIG is not set, this is not a pod with a service account, and there is no {home}.");
    }
}
