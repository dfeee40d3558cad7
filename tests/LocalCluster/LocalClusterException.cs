namespace Canario.LocalCluster;

/// <summary>Something of the local cluster could not be started, stopped or found; the message says what to do about it.</summary>
public sealed class LocalClusterException : Exception
{
    public LocalClusterException()
    {
    }

    public LocalClusterException(string message)
        : base(message)
    {
    }

    public LocalClusterException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
