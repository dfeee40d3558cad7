namespace Canario.Kubernetes.Models;

/// <summary>How far a Job is; its conditions Complete and Failed end it.</summary>
public sealed record JobStatus
{
    public IReadOnlyList<Condition>? Conditions { get; set; }
}
