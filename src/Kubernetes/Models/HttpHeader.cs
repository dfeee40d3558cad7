namespace Canario.Kubernetes.Models;

/// <summary>One header field of a probe.</summary>
public sealed record HttpHeader
{
    public string? Name { get; set; }
    public string? Value { get; set; }
}
