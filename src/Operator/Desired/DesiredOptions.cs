using Canario.Kubernetes.Models;

namespace Canario.Operator.Desired;

/// <summary>What the operator was installed with.</summary>
sealed record DesiredOptions
{
    /// <summary>For revisions whose spec names no image, from when they are made.</summary>
    public required string InferenceServerImage { get; init; }
    public required string RouterImage { get; init; }
    public string? ImagePullPolicy { get; init; }
    public IReadOnlyList<string> ImagePullSecrets { get; init; } = [];
    public int RouterReplicas { get; init; } = 2;
    public ResourceRequirements RouterResources { get; init; } = new()
    {
        Requests = new Dictionary<string, string> { ["cpu"] = "100m", ["memory"] = "128Mi" },
        Limits = new Dictionary<string, string> { ["memory"] = "512Mi" },
    };

    /// <summary>policy/v1 exists from 1.21 on; chosen by discovery.</summary>
    public bool HasPolicyV1 { get; init; } = true;
}
