namespace Canario.Kubernetes.Models;

/// <summary>An HTTP request that must answer 200 to 399.</summary>
public sealed record HttpGetAction
{
    public string? Path { get; set; }
    public IntOrString? Port { get; set; }
    public string? Host { get; set; }
    public string? Scheme { get; set; }
    public IReadOnlyList<HttpHeader>? HttpHeaders { get; set; }
}
