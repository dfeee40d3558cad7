namespace Canario.Router.Forwarding;

/// <summary>Limits of the connections to models.</summary>
internal sealed record UpstreamOptions
{
    /// <summary>Within a cluster a connection takes a millisecond; one lost SYN is sent again after a second.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>So long, all times together, a revision that has answered may take no request without being blamed for those that another one answers: in this time a pod that was killed or moved has a successor.</summary>
    public TimeSpan Absence { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Less than any usual server's keep-alive time (Kestrel 130 s, nginx 75 s): the router closes first, so that no request meets a closing connection.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Idle connections kept an endpoint.</summary>
    public int MaxIdle { get; init; } = 512;

    /// <summary>The longest silence of a peer within a message that has begun.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(120);
}
