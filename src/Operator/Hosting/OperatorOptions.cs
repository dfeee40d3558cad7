namespace Canario.Operator.Hosting;

/// <summary>How the operator runs, from the command line or the environment.</summary>
sealed record OperatorOptions
{
    public string? Kubeconfig { get; init; }

    /// <summary>Namespace to work in; null: all.</summary>
    public string? Namespace { get; init; }
    public string? LeaseNamespace { get; init; }
    public bool LeaderElection { get; init; } = true;
    public string Identity { get; init; } = Environment.MachineName;
    public int Workers { get; init; } = 16;
    public int Port { get; init; } = Contract.Ports.Admin;
    public string InferenceServerImage { get; init; } = "canario/inference-server:0.1.0";
    public string RouterImage { get; init; } = "canario/router:0.1.0";
    public string? ImagePullPolicy { get; init; }
    public IReadOnlyList<string> ImagePullSecrets { get; init; } = [];
    public int RouterReplicas { get; init; } = 2;
    public Uri? PrometheusAddress { get; init; }
}
