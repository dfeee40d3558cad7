namespace Canario.Kubernetes;

/// <summary>How a <see cref="KubernetesClient"/> behaves.</summary>
public sealed record KubernetesClientOptions
{
    public string UserAgent { get; init; } = "canario";
    /// <summary>Owner of the fields that are written.</summary>
    public string FieldManager { get; init; } = "canario-operator";
    /// <summary>Requests a second over a longer time; 0 or less: no limit. The server's own priority and fairness is the real limit; this one guards it from a loop gone wild.</summary>
    public double QueriesPerSecond { get; init; } = 500;
    /// <summary>Requests that may be sent at once after a pause.</summary>
    public int Burst { get; init; } = 1000;
    /// <summary>From the request to the last byte of its answer, waiting for the rate limit and retries included. Watches have <see cref="WatchIdle"/> instead.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
    /// <summary>A watch on which nothing came for so long is broken off. The server sends a bookmark about every minute.</summary>
    public TimeSpan WatchIdle { get; init; } = TimeSpan.FromMinutes(3);
    /// <summary>The server is asked to end a watch after this time, plus up to as much again, so that load spreads over API servers.</summary>
    public TimeSpan WatchLifetime { get; init; } = TimeSpan.FromMinutes(5);
    /// <summary>Answers that say Retry-After are retried so often.</summary>
    public int MaxRetries { get; init; } = 5;
    /// <summary>Bytes of one answer or of one watch event. etcd holds 1.5 MiB an object by default, a page 500 of them.</summary>
    public int MaxResponseBytes { get; init; } = 256 << 20;
    /// <summary>HTTP/1.1 opens up to so many connections; HTTP/2 multiplexes.</summary>
    public int MaxConnections { get; init; } = 64;
    /// <summary>Multiplex over HTTP/2 where the server offers it.</summary>
    public bool Http2 { get; init; } = true;
    /// <summary>Puts a handler around the transport's own, again for each client certificate; tests break calls there. Null: none.</summary>
    public Func<HttpMessageHandler, HttpMessageHandler>? Wrap { get; init; }
}
