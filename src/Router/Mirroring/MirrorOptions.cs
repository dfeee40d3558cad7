namespace Canario.Router.Mirroring;

/// <summary>Bounds of what copies of requests may cost. Beyond them nothing is copied; no user ever waits.</summary>
internal sealed record MirrorOptions
{
    /// <summary>Copies under way for one model, from the user's request to both answers compared. A shadow that hangs fills them and then costs nothing.</summary>
    public int MaxInFlight { get; init; } = 256;

    /// <summary>Of all copies of the process, requests and answers.</summary>
    public long MaxBytes { get; init; } = 32 << 20;

    /// <summary>Of one request's body, and of one answer's.</summary>
    public int MaxBodyBytes { get; init; } = 1 << 20;
}
