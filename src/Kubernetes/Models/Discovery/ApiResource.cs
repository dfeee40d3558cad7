namespace Canario.Kubernetes.Models.Discovery;

/// <summary>A resource or subresource.</summary>
public sealed record ApiResource
{
    /// <summary>Plural, with <c>/status</c> and the like for subresources.</summary>
    public string Name { get; set; } = "";
    public string Kind { get; set; } = "";
    public bool Namespaced { get; set; }
    public IReadOnlyList<string> Verbs { get; set; } = [];
}
