using System.Security.Cryptography.X509Certificates;

namespace Canario.Kubernetes.Http;

/// <summary>
/// Sends each request over a connection that showed the certificate of its credential. A certificate is shown in the handshake only, and a
/// connection in use lives for ever: without this, a rotated certificate would take effect at the next restart.
/// </summary>
internal sealed class Connections(ClusterAccess access, KubernetesClientOptions options) : IDisposable
{
    private readonly Lock _lock = new();
    private ConnectionPool? _pool;
    private bool _isDisposed;

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, X509Certificate2? certificate, CancellationToken cancellationToken) =>
        Enter(certificate).SendAsync(request, cancellationToken);

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _pool?.Retire();
        }
    }

    private ConnectionPool Enter(X509Certificate2? certificate)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_pool is null || !_pool.Shows(certificate))
            {
                _pool?.Retire();
                _pool = Open(certificate);
            }
            _pool.Enter();
            return _pool;
        }
    }

    private ConnectionPool Open(X509Certificate2? certificate)
    {
        var handler = Tls.BuildHandler(access, options, certificate);
        return new ConnectionPool(new HttpMessageInvoker(options.Wrap is { } wrap ? wrap(handler) : handler), certificate);
    }
}
