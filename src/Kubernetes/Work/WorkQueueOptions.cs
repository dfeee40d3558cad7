namespace Canario.Kubernetes.Work;

/// <summary>Back-off of a <see cref="WorkQueue{TKey}"/>.</summary>
public sealed record WorkQueueOptions
{
    /// <summary>Wait after the first failure of a key; doubles with each further one.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromMilliseconds(50);
    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromMinutes(2);
}
