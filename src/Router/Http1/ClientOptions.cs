namespace Canario.Router.Http1;

/// <summary>Limits of the connections of HTTP/1.1 clients. Each bounds what a client that does nothing, or little, can hold.</summary>
internal sealed record ClientOptions
{
    /// <summary>Between two requests. More than a load balancer's usual minute, so that it is the one who closes.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(130);

    /// <summary>From a head's first byte to its last.</summary>
    public TimeSpan HeadTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Of a body in either direction, on average, after <see cref="Grace"/>: the time that the router itself takes does not count.</summary>
    public int LeastBytesASecond { get; init; } = 240;

    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest silence within a body, however fast it was before.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>After a last answer, for what the client still sends: a connection that is closed before that is read is reset, and the answer may be lost with it.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(2);
}
