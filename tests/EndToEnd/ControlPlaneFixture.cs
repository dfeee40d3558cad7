using Canario.LocalCluster;

namespace Canario.EndToEnd;

/// <summary>Stands for the cluster that somebody brings along: an API server and controllers, with no node. What is asked of it is never ready.</summary>
public sealed class ControlPlaneFixture : IAsyncLifetime
{
    internal ControlPlane ControlPlane { get; private set; } = null!;

    public async Task InitializeAsync() => ControlPlane = await ControlPlane.StartAsync(new ControlPlaneOptions { UseKubeconfigFromEnvironment = false });

    public async Task DisposeAsync() => await ControlPlane.DisposeAsync();
}
