using System.Security.Cryptography.X509Certificates;

namespace Canario.Kubernetes.Http;

/// <summary>The connections that show one certificate.</summary>
internal sealed class ConnectionPool(HttpMessageInvoker http, X509Certificate2? certificate)
{
    private readonly Lock _lock = new();
    private int _sending;
    private bool _isRetired;

    public bool Shows(X509Certificate2? other) =>
        ReferenceEquals(certificate, other) || (certificate is not null && other is not null && certificate.RawDataMemory.Span.SequenceEqual(other.RawDataMemory.Span));

    /// <summary>Called before each <see cref="SendAsync"/>, and not after <see cref="Retire"/>.</summary>
    public void Enter()
    {
        lock (_lock)
        {
            _sending++;
        }
    }

    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await http.SendAsync(request, cancellationToken);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Closes idle connections, and those in use once the last answer on them is read: a watch that is open goes on to its end.</summary>
    public void Retire()
    {
        lock (_lock)
        {
            _isRetired = true;
            if (_sending > 0)
            {
                // A disposed handler refuses requests that wait for a connection; the last of them disposes it.
                return;
            }
        }
        http.Dispose();
    }

    private void Leave()
    {
        lock (_lock)
        {
            if (--_sending > 0 || !_isRetired)
            {
                return;
            }
        }
        http.Dispose();
    }
}
