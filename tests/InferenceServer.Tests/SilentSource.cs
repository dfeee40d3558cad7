using System.Net;
using System.Net.Sockets;

namespace Canario.InferenceServer.Tests;

/// <summary>Takes connections and never answers: who fetches a model there waits.</summary>
internal sealed class SilentSource : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public SilentSource() => _listener.Start();

    public Uri ModelUri => new($"http://{_listener.LocalEndpoint}/model.onnx");

    public void Dispose() => _listener.Dispose();
}
