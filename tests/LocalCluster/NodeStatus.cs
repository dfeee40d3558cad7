namespace Canario.LocalCluster;

/// <param name="State">Whether pods can run.</param>
/// <param name="Components">Name of each component and whether its process runs.</param>
/// <param name="ApiServerUrl">Null when down.</param>
/// <param name="Problem">Why the state is <see cref="NodeState.Broken"/>.</param>
public sealed record NodeStatus(NodeState State, IReadOnlyList<KeyValuePair<string, bool>> Components, string? ApiServerUrl, string? Problem);
