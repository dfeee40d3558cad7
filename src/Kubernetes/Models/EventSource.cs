namespace Canario.Kubernetes.Models;

/// <summary>Who reports an event.</summary>
public sealed record EventSource
{
    public string? Component { get; set; }
    public string? Host { get; set; }
}
