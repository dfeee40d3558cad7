namespace Canario.Kubernetes;

/// <summary>Credentials that do not change.</summary>
public sealed class StaticCredentials(Credential credential) : IClusterCredentials
{
    public static StaticCredentials None { get; } = new(new Credential(null, null));

    public ValueTask<Credential> GetAsync(bool renew, CancellationToken cancellationToken) => ValueTask.FromResult(credential);
}
