namespace Canario.Kubernetes.Models;

/// <summary>What every object of the API has. Objects taken from a <c>Cache</c> are shared: read them, never change them.</summary>
public interface IKubernetesObject
{
    /// <summary>Group and version, such as <c>apps/v1</c>. Absent in items of a list; the client fills it in before it writes.</summary>
    string? ApiVersion { get; set; }
    /// <summary>Such as <c>Deployment</c>. Absent in items of a list; the client fills it in before it writes.</summary>
    string? Kind { get; set; }
    ObjectMeta Metadata { get; set; }
}
