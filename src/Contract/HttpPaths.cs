namespace Canario.Contract;

/// <summary>Paths that one process serves and another calls.</summary>
public static class HttpPaths
{
    public const string Metrics = "/metrics";
    public const string Live = "/healthz";
    public const string Ready = "/readyz";

    /// <summary>Inference server: what people call; 200 when ready, 503 with the reason when not.</summary>
    public const string Health = "/health";

    /// <summary>Inference server: readiness by the Open Inference Protocol.</summary>
    public const string V2Ready = "/v2/health/ready";

    /// <summary>Inference server: liveness by the Open Inference Protocol.</summary>
    public const string V2Live = "/v2/health/live";

    /// <summary>Inference server: <see cref="ModelContract"/> as JSON, once the model is loaded.</summary>
    public const string Contract = "/contract";

    /// <summary>Router, on the admin port: <see cref="RouterAcknowledgement"/> as JSON.</summary>
    public const string RouterConfig = "/config";
}
