namespace Canario.Kubernetes.Leadership;

/// <summary>Which lease is fought for, by whom and how fast.</summary>
public sealed record LeaderElectionOptions
{
    public required string Namespace { get; init; }
    /// <summary>Name of the Lease.</summary>
    public required string Name { get; init; }
    /// <summary>Different for every process; the pod's name, say.</summary>
    public required string Identity { get; init; }
    /// <summary>A leader silent for so long is replaced. Renewing at a third of it leaves two missed renewals; work stops at two thirds, which leaves the last third for what is under way.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);
    /// <summary>How often the others look; the longest gap after a clean hand-over.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);

    public TimeSpan RenewPeriod => LeaseDuration / 3;

    public TimeSpan RenewDeadline => LeaseDuration * 2 / 3;
}
