namespace Canario.Kubernetes;

/// <summary>Who a client is. Implementations cache and refresh.</summary>
public interface IClusterCredentials
{
    /// <summary>Called before every request, so it answers from memory unless the credential ran out.</summary>
    /// <param name="renew">The last one was refused: forget it.</param>
    ValueTask<Credential> GetAsync(bool renew, CancellationToken cancellationToken);
}
