using Canario.TestModels;

namespace Canario.InferenceServer.Tests;

/// <summary>One server over a model with several inputs and outputs, for all tests of a class.</summary>
public sealed class TrioServer : IAsyncLifetime, IDisposable
{
    private readonly ModelFolder _folder = new(Samples.Trio());

    internal TestServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await TestServer.StartReadyAsync(_folder.Path);

    public async Task DisposeAsync() => await Server.DisposeAsync();

    public void Dispose() => _folder.Dispose();
}
