namespace Canario.Contract;

/// <summary>Names a model's revision in a cluster: what every metric, log line and route of it is keyed by.</summary>
/// <param name="Namespace">Namespace of the ModelDeployment.</param>
/// <param name="Model">Name of the ModelDeployment.</param>
/// <param name="Revision">Name of the revision, <c>&lt;model&gt;-&lt;hash&gt;</c>; also the name of its Deployment and Service.</param>
public sealed record ModelIdentity(string Namespace, string Model, string Revision);
