namespace Canario.Kubernetes.Configuration;

/// <summary>A kubeconfig or a pod's service account that cannot be used, and why.</summary>
public sealed class ConfigurationException : Exception
{
    public ConfigurationException()
        : this("The cluster's configuration cannot be used.")
    {
    }

    public ConfigurationException(string message)
        : base(message)
    {
    }

    public ConfigurationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
