namespace Canario.Kubernetes;

/// <summary>How an object is deleted. A failed precondition is a <see cref="KubernetesError.Conflict"/>.</summary>
public sealed record DeleteOptions
{
    public static DeleteOptions Default { get; } = new();

    /// <summary>Delete only this incarnation.</summary>
    public string? Uid { get; init; }
    /// <summary>Delete only this version.</summary>
    public string? ResourceVersion { get; init; }
    public Propagation Propagation { get; init; }
    public long? GracePeriodSeconds { get; init; }
    public bool DryRun { get; init; }
}
