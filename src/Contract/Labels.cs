namespace Canario.Contract;

/// <summary>Labels and annotations on Kubernetes objects that more than one process reads.</summary>
public static class Labels
{
    public const string ManagedBy = "app.kubernetes.io/managed-by";
    public const string ManagedByCanario = "canario";
    public const string Component = "app.kubernetes.io/component";
    public const string ComponentRouter = "router";
    public const string ComponentModel = "model";

    /// <summary>Name of the ModelDeployment that an object belongs to.</summary>
    public const string Model = "canario.dev/model";

    /// <summary>Name of the revision that an object belongs to.</summary>
    public const string Revision = "canario.dev/revision";

    /// <summary>Marks the ConfigMaps that a namespace's routers watch; the value is <c>"true"</c>.</summary>
    public const string RouterConfig = "canario.dev/router-config";

    /// <summary>Set by Kubernetes on every EndpointSlice: the Service that it belongs to.</summary>
    public const string ServiceName = "kubernetes.io/service-name";
}
