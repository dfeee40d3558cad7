namespace Canario.Kubernetes.Events;

/// <summary>Who reports, and the bounds of an <see cref="EventRecorder"/>.</summary>
public sealed record EventRecorderOptions
{
    /// <summary>Such as <c>canario-operator</c>.</summary>
    public required string Component { get; init; }
    /// <summary>The pod's name.</summary>
    public string Instance { get; init; } = "";
    /// <summary>Events that wait to be written; further ones are dropped and counted.</summary>
    public int Waiting { get; init; } = 1024;
    /// <summary>Events remembered for counting.</summary>
    public int Remembered { get; init; } = 4096;
    /// <summary>Different messages of one object and reason within <see cref="SimilarWithin"/>; from there on they share one event.</summary>
    public int Similar { get; init; } = 10;
    public TimeSpan SimilarWithin { get; init; } = TimeSpan.FromMinutes(10);
}
