using System.Text.Json;

namespace Canario.Kubernetes.Models;

/// <summary>gateway.networking.k8s.io/v1 HTTPRoute, which a cluster serves only where the Gateway API is installed; what it asks for is left as JSON.</summary>
public sealed record HttpRoute : IKubernetesObject
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; }
    /// <inheritdoc/>
    public string? Kind { get; set; }
    /// <inheritdoc/>
    public ObjectMeta Metadata { get; set; } = new();
    public JsonElement? Spec { get; set; }
    public HttpRouteStatus? Status { get; set; }
}
