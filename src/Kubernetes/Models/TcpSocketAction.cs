namespace Canario.Kubernetes.Models;

/// <summary>A port that must accept a connection.</summary>
public sealed record TcpSocketAction
{
    public IntOrString? Port { get; set; }
    public string? Host { get; set; }
}
