namespace Canario.InferenceServer.Tests;

/// <summary>One server over a model with named features, for all tests of a class that change nothing.</summary>
public sealed class FeaturesServer : IAsyncLifetime, IDisposable
{
    private readonly ModelFolder _folder = ModelFolder.WithFeatures();

    internal TestServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await TestServer.StartReadyAsync(_folder.Path);

    public async Task DisposeAsync() => await Server.DisposeAsync();

    public void Dispose() => _folder.Dispose();
}
